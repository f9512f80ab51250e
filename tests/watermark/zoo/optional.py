"""Optional content: layers that are hidden, combined, or different on paper."""

from pikepdf import Array, Dictionary, Name

from tests.watermark.zoo.keeper import MOTIF, animal, form, picture, placed, sheet

BOX = b"/OC /L BDC 0 0 1 rg 60 60 90 60 re f EMC "
DIFFERS = "PDFium reads the usage of a layer also where no event asks for it"


def _layer(pdf, name="Draft", **entries):
    return pdf.make_indirect(Dictionary(Type=Name.OCG, Name=name, **entries))


def _layered(pdf, layers, marked, content=MOTIF + BOX, **default):
    page = sheet(pdf, content, Resources=Dictionary(Properties=Dictionary(L=marked)))
    pdf.Root.OCProperties = Dictionary(OCGs=Array(layers), D=Dictionary(**default))
    return page


@animal()
def layer_shown(pdf):
    layer = _layer(pdf)
    _layered(pdf, [layer], layer)


@animal(told="layers-hidden")
def layer_hidden(pdf):
    layer = _layer(pdf)
    _layered(pdf, [layer], layer, OFF=Array([layer]))


@animal(told="layers-hidden")
def layer_hidden_by_the_base_state(pdf):
    layer = _layer(pdf)
    _layered(pdf, [layer], layer, BaseState=Name.OFF)


@animal()
def layer_shown_against_the_base_state(pdf):
    layer = _layer(pdf)
    _layered(pdf, [layer], layer, BaseState=Name.OFF, ON=Array([layer]))


@animal()
def layer_that_nobody_lists(pdf):
    layer = _layer(pdf)
    _layered(pdf, [], layer)


@animal(told="layers-vary", unlike="PDFium prints what is not on the screen")
def layer_hidden_in_print_only(pdf):
    layer = _layer(pdf, Usage=Dictionary(Print=Dictionary(PrintState=Name.OFF)))
    event = Dictionary(Event=Name.Print, Category=Array([Name.Print]), OCGs=Array([layer]))
    _layered(pdf, [layer], layer, AS=Array([event]))


@animal(told="layers-hidden layers-vary", unlike="PDFium prints what is not on the screen")
def layer_shown_in_print_only(pdf):
    layer = _layer(pdf, Usage=Dictionary(Print=Dictionary(PrintState=Name.ON)))
    event = Dictionary(Event=Name.Print, Category=Array([Name.Print]), OCGs=Array([layer]))
    _layered(pdf, [layer], layer, OFF=Array([layer]), AS=Array([event]))


@animal(told="layers-hidden")
def layer_hidden_on_screen_by_an_event(pdf):
    layer = _layer(
        pdf, Usage=Dictionary(View=Dictionary(ViewState=Name.OFF), Print=Dictionary(PrintState=Name.OFF))
    )
    events = [
        Dictionary(Event=event, Category=Array([event]), OCGs=Array([layer]))
        for event in (Name.View, Name.Print)
    ]
    _layered(pdf, [layer], layer, AS=Array(events))


@animal(told="layers-vary", unlike=DIFFERS)
def layer_with_a_usage_that_no_event_asks_for(pdf):
    layer = _layer(pdf, Usage=Dictionary(View=Dictionary(ViewState=Name.OFF)))
    _layered(pdf, [layer], layer)


@animal()
def layer_for_designers_is_always_shown(pdf):
    layer = _layer(pdf, Intent=Name.Design)
    _layered(pdf, [layer], layer, OFF=Array([layer]))


def _member(*layers, **entries):
    return Dictionary(Type=Name.OCMD, OCGs=Array(list(layers)), **entries)


def _policy(name, policy, unlike=""):
    def layered(pdf):
        one, two = _layer(pdf, "one"), _layer(pdf, "two")
        _layered(pdf, [one, two], _member(one, two, P=policy), OFF=Array([two]))

    layered.__name__ = f"layers_combined_{name}"
    animal(told="layers-hidden", unlike=unlike)(layered)


_policy("any_on", Name.AnyOn)
_policy("all_on", Name.AllOn)
_policy("any_off", Name.AnyOff)
_policy("all_off", Name.AllOff)
_policy("by_nobodys_rule", Name.Sometimes, unlike="PDFium hides what has a rule it does not know")


@animal(told="layers-hidden")
def layers_combined_by_an_expression(pdf):
    one, two = _layer(pdf, "one"), _layer(pdf, "two")
    expression = Array([Name.And, one, Array([Name.Not, Array([Name.Or, two, two])])])
    _layered(pdf, [one, two], Dictionary(Type=Name.OCMD, VE=expression), OFF=Array([one]))


@animal()
def layers_combined_of_none(pdf):
    _layered(pdf, [], _member())


@animal(told="layers-hidden")
def layer_of_a_form(pdf):
    layer = _layer(pdf)
    page = _layered(pdf, [layer], layer, MOTIF + b"/A Do", OFF=Array([layer]))
    page.Resources.XObject = Dictionary(A=form(pdf, b"0 0 1 rg 60 60 90 60 re f", OC=layer))


@animal(told="layers-hidden")
def layer_of_a_picture(pdf):
    layer = _layer(pdf)
    page = _layered(pdf, [layer], layer, MOTIF + placed("A", y=60), OFF=Array([layer]))
    page.Resources.XObject = Dictionary(A=picture(pdf, OC=layer))


@animal(told="layers-hidden", unlike="PDFium prints a comment whose layer is hidden")
def layer_of_a_comment(pdf):
    layer = _layer(pdf)
    page = _layered(pdf, [layer], layer, OFF=Array([layer]))
    look = form(pdf, b"0 1 0 rg 0 0 50 50 re f", box=(0, 0, 50, 50))
    page.Annots = Array(
        [
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Stamp,
                Rect=Array([200, 300, 250, 350]),
                F=4,
                AP=Dictionary(N=look),
                OC=layer,
            )
        ]
    )


@animal(told="layers-hidden")
def layer_left_open_and_hidden(pdf):
    layer = _layer(pdf)
    _layered(pdf, [layer], layer, MOTIF + b"/OC /L BDC 0 0 1 rg 60 60 90 60 re f", OFF=Array([layer]))


@animal(told="layers-hidden")
def layers_within_layers(pdf):
    outer, inner = _layer(pdf, "outer"), _layer(pdf, "inner")
    content = MOTIF + b"/OC /L BDC /OC /M BDC 0 0 1 rg 60 60 90 60 re f EMC EMC"
    page = _layered(pdf, [outer, inner], outer, content, OFF=Array([outer]))
    page.Resources.Properties.M = inner


@animal()
def layers_said_to_be_a_number(pdf):
    sheet(pdf)
    pdf.Root.OCProperties = 5


@animal()
def layers_without_a_configuration(pdf):
    layer = _layer(pdf)
    _layered(pdf, [layer], layer)
    del pdf.Root.OCProperties["/D"]


@animal()
def layer_named_but_not_there(pdf):
    sheet(pdf, MOTIF + BOX)
    pdf.Root.OCProperties = Dictionary(OCGs=Array([]), D=Dictionary())
