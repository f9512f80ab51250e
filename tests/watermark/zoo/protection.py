"""Security: passwords, signatures, scripts, things that start by themselves."""

import pikepdf
from pikepdf import Array, Dictionary, Encryption, Name, Permissions

from tests.watermark.zoo.keeper import MOTIF, animal, saved, sheet


def _locked(pdf, revision=6, user="", **allow):
    sheet(pdf, MOTIF + b"0 1 0 rg 60 60 90 40 re f")
    return saved(
        pdf,
        static_id=False,
        deterministic_id=revision >= 9,
        encryption=Encryption(
            owner="owner",
            user=user,
            R=revision,
            allow=Permissions(**allow),
            aes=revision >= 4,
            metadata=revision >= 4,
        ),
    )


@animal(told="encryption-removed")
def protected_by_nothing_but_an_owner(pdf):
    return _locked(pdf)


@animal(told="encryption-removed")
def protected_as_in_2008(pdf):
    return _locked(pdf, 4)


@animal(told="encryption-removed")
def protected_as_in_2001(pdf):
    return _locked(pdf, 3)


@animal(told="encryption-removed")
def protected_as_in_1996(pdf):
    return _locked(pdf, 2)


@animal(told="encryption-removed")
def protected_against_changes_but_not_printing(pdf):
    return _locked(pdf, modify_other=False, modify_annotation=False, extract=False)


@animal(refused="printing-forbidden")
def protected_against_printing(pdf):
    return _locked(pdf, print_highres=False, print_lowres=False)


@animal(refused="printing-forbidden")
def protected_against_good_printing(pdf):
    return _locked(pdf, print_highres=False)


@animal(refused="encrypted-file")
def protected_by_a_password(pdf):
    return _locked(pdf, user="secret")


@animal(refused="encrypted-file")
def protected_by_an_old_password(pdf):
    return _locked(pdf, 3, user="secret")


@animal(refused="broken-file")
def protected_by_a_method_of_nobody(pdf):
    data = _locked(pdf, 3)
    return data.replace(b"/Filter /Standard", b"/Filter /Strangest")


@animal(told="signature-void")
def signed(pdf):
    sheet(pdf)
    signature = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        ByteRange=Array([0, 9, 20, 9]),
        Contents=b"0" * 64,
        Name="Wang Wei",
    )
    field = Dictionary(FT=Name.Sig, T="Signature1", V=pdf.make_indirect(signature))
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(field)]), SigFlags=3)


@animal(told="signature-void")
def certified(pdf):
    sheet(pdf)
    signature = pdf.make_indirect(
        Dictionary(Type=Name.Sig, ByteRange=Array([0, 9, 20, 9]), Contents=b"0" * 64)
    )
    pdf.Root.Perms = Dictionary(DocMDP=signature)


def _script(words="app.alert(1)"):
    return Dictionary(S=Name.JavaScript, JS=words)


@animal(told="javascript-removed")
def script_on_opening(pdf):
    sheet(pdf)
    pdf.Root.OpenAction = _script()


@animal(told="javascript-removed actions-removed")
def script_on_printing(pdf):
    sheet(pdf)
    pdf.Root.AA = Dictionary(WP=_script())


@animal(told="javascript-removed")
def scripts_in_plenty(pdf):
    sheet(pdf)
    names = [item for number in range(300) for item in (f"n{number:04}", _script())]
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(names)))


@animal(told="javascript-removed")
def script_behind_harmless_steps(pdf):
    sheet(pdf)
    step = _script()
    for _ in range(50):
        step = pdf.make_indirect(Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=step))
    pdf.Root.OpenAction = step


@animal(told="launch-removed")
def program_behind_a_link(pdf):
    action = Dictionary(S=Name.Launch, F="calc.exe")
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([9, 9, 99, 99]), Border=Array([0, 0, 0]), A=action
    )
    sheet(pdf, Annots=Array([link]))


@animal(told="actions-removed")
def form_sent_to_a_stranger(pdf):
    sheet(pdf)
    pdf.Root.OpenAction = Dictionary(
        S=Name.SubmitForm, F=Dictionary(FS=Name.URL, F="https://example.org/take")
    )


@animal(told="attachments-removed")
def attachment_named_to_deceive(pdf):
    sheet(pdf)
    pdf.attachments["invoice\u202egpj.exe\x00\n" + "x" * 500] = b"MZ"


@animal(told="attachments-removed")
def portfolio_of_files(pdf):
    sheet(pdf)
    pdf.attachments["inner.pdf"] = b"%PDF-1.4"
    pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.T)


@animal(told="outside-reference-removed")
def form_from_another_file(pdf):
    outside = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]))
    outside.Ref = Dictionary(F="other.pdf", Page=0)
    sheet(pdf, MOTIF + b"/Out Do", Resources=Dictionary(XObject=Dictionary(Out=outside)))


@animal()
def metadata_with_names_of_people(pdf):
    sheet(pdf)
    pdf.trailer.Info = pdf.make_indirect(Dictionary(Author="Wang Wei"))
    pdf.Root.Metadata = pdf.make_stream(b"<x:xmpmeta/>", Type=Name.Metadata, Subtype=Name.XML)


@animal()
def article_threads_and_page_labels(pdf):
    page = sheet(pdf)
    bead = pdf.make_indirect(Dictionary(P=page, R=Array([0, 0, 9, 9])))
    bead.N = bead.V = bead
    page.B = Array([bead])
    pdf.Root.Threads = Array([pdf.make_indirect(Dictionary(F=bead))])
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.r)]))


@animal()
def crypt_filter_that_does_nothing(pdf):
    content = pdf.make_stream(MOTIF)
    content.stream_dict.Filter = Array([Name.Crypt])
    content.stream_dict.DecodeParms = Array([Dictionary(Name=Name.Identity)])
    sheet(pdf).Contents = content
    return saved(pdf, stream_decode_level=pikepdf.StreamDecodeLevel.none)
