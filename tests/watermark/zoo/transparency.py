"""Transparency: groups, blends, soft masks and what they leave behind."""

from pikepdf import Array, Dictionary, Name

from tests.watermark.zoo.keeper import MOTIF, animal, form, sheet


def _group(**entries):
    return Dictionary(Type=Name.Group, S=Name.Transparency, **entries)


def _state(pdf, content=b"/G gs " + MOTIF, group=None, **entries):
    page = sheet(pdf, content, Resources=Dictionary(ExtGState=Dictionary(G=Dictionary(**entries))))
    if group is not None:
        page.Group = group
    return page


@animal()
def faint_state_left_behind(pdf):
    _state(pdf, ca=0.1, CA=0.1)


@animal()
def state_of_no_opacity_left_behind(pdf):
    _state(pdf, MOTIF + b"/G gs", ca=0, CA=0)


@animal()
def blend_multiply_left_behind(pdf):
    _state(pdf, BM=Name.Multiply)


@animal()
def blend_difference_left_behind(pdf):
    _state(pdf, BM=Name.Difference)


@animal()
def blend_of_nobody(pdf):
    _state(pdf, BM=Array([Name.Sparkle, Name.Multiply]))


@animal()
def group_isolated(pdf):
    _state(pdf, group=_group(CS=Name.DeviceRGB, I=True), ca=0.5)


@animal()
def group_knockout(pdf):
    _state(pdf, group=_group(CS=Name.DeviceRGB, K=True), ca=0.5)


@animal()
def group_in_four_colours(pdf):
    _state(pdf, group=_group(CS=Name.DeviceCMYK, I=True))


@animal()
def group_in_grey(pdf):
    _state(pdf, group=_group(CS=Name.DeviceGray, I=True), ca=0.5)


@animal()
def group_of_nobody(pdf):
    sheet(pdf, Group=Dictionary(S=Name.Fancy))


@animal()
def group_that_is_a_number(pdf):
    sheet(pdf, Group=3)


def _soft_mask(pdf, kind, grey):
    group = form(pdf, b"%.1f g 0 0 298 420 re f" % grey, Group=_group(CS=Name.DeviceGray))
    return Dictionary(Type=Name.Mask, S=kind, G=group)


@animal()
def soft_mask_left_behind(pdf):
    _state(pdf, SMask=_soft_mask(pdf, Name.Luminosity, 0.5))


@animal()
def soft_mask_that_hides_all_left_behind(pdf):
    _state(pdf, MOTIF + b"/G gs", SMask=_soft_mask(pdf, Name.Luminosity, 0.0))


@animal()
def soft_mask_by_alpha(pdf):
    _state(pdf, SMask=_soft_mask(pdf, Name.Alpha, 0.5))


@animal()
def soft_mask_whose_group_borrows_resources(pdf):
    group = form(pdf, b"/Half gs 1 g 0 0 298 420 re f", Group=_group(CS=Name.DeviceGray))
    states = Dictionary(G=Dictionary(SMask=Dictionary(S=Name.Luminosity, G=group)), Half=Dictionary(ca=0.5))
    sheet(pdf, b"/G gs " + MOTIF, Resources=Dictionary(ExtGState=states))


@animal()
def soft_mask_that_masks_itself(pdf):
    state = pdf.make_indirect(Dictionary(Type=Name.ExtGState))
    group = form(pdf, b"/G gs 1 g 0 0 298 420 re f", Group=_group(CS=Name.DeviceGray))
    group.Resources = Dictionary(ExtGState=Dictionary(G=state))
    state.SMask = Dictionary(S=Name.Luminosity, G=group)
    sheet(
        pdf, MOTIF + b"/G gs 0 1 0 rg 60 60 20 20 re f", Resources=Dictionary(ExtGState=Dictionary(G=state))
    )


@animal()
def overprint_left_behind(pdf):
    _state(pdf, b"/G gs 0 0 0 0.3 k " + MOTIF, OP=True, op=True, OPM=1)


@animal()
def transfer_function_that_inverts_left_behind(pdf):
    function = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1]), C1=Array([0]), N=1)
    _state(pdf, MOTIF + b"/G gs", TR=function)


@animal()
def shading_over_the_whole_sheet(pdf):
    function = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), C0=Array([1, 1, 1]), C1=Array([0.8, 0.9, 1]), N=1
    )
    shading = Dictionary(
        ShadingType=2,
        ColorSpace=Name.DeviceRGB,
        Coords=Array([0, 0, 298, 420]),
        Function=function,
        Extend=Array([True, True]),
    )
    sheet(pdf, b"/S sh " + MOTIF, Resources=Dictionary(Shading=Dictionary(S=shading)))


@animal()
def shading_in_a_pattern_keeps_its_place(pdf):
    # The matrix of a pattern counts from the page, or from the form it is used in (ISO 32000-2 §8.7.3.1).
    function = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1, 0, 0]), C1=Array([0, 0, 1]), N=1)
    shading = Dictionary(
        ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([60, 0, 200, 0]), Function=function
    )
    pattern = Dictionary(PatternType=2, Shading=shading)
    content = MOTIF + b"/Pattern cs /P scn 60 60 140 60 re f"
    sheet(
        pdf,
        content,
        Rotate=90,
        CropBox=Array([10, 20, 290, 400]),
        Resources=Dictionary(Pattern=Dictionary(P=pattern)),
    )


@animal()
def separation_colours(pdf):
    function = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0, 0]), C1=Array([0, 1, 1, 0]), N=1
    )
    space = Array([Name.Separation, Name.Spot, Name.DeviceCMYK, function])
    resources = Dictionary(ColorSpace=Dictionary(Cs=space))
    sheet(pdf, MOTIF + b"/Cs cs 0.7 scn 60 60 90 40 re f", Resources=resources)
