"""What is refused, what is taken away and told, and what has to survive."""

import io
import random
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

import watermark
from tests.watermark.papers import PAPERS, add_page, faults_of, saved, text_of, text_page
from tests.watermark.zoo.keeper import all_animals
from watermark import errors


def codes(inspection):
    return {finding.code for finding in inspection.findings}


def document(change=lambda _pdf: None, **options):
    with pikepdf.new() as pdf:
        text_page(pdf)
        change(pdf)
        return saved(pdf, **options)


@pytest.mark.parametrize(
    ("offered", "refusal"),
    [
        (b"", "not-a-pdf"),
        (b"\x89PNG\r\n", "not-a-pdf"),
        (b"%PDF-1.7\nnothing more", "broken-file"),
        (document(encryption=pikepdf.Encryption(owner="o", user="u")), "encrypted-file"),
        (
            document(
                encryption=pikepdf.Encryption(
                    owner="o", user="", allow=pikepdf.Permissions(print_highres=False, print_lowres=False)
                )
            ),
            "printing-forbidden",
        ),
        (document(lambda pdf: pdf.Root.__setattr__("AcroForm", Dictionary(XFA=Array([])))), "xfa-form"),
    ],
)
def test_unusable_files_are_refused_by_name(offered, refusal):
    with pytest.raises(watermark.UnusableFileError) as refused:
        watermark.inspect(offered)
    assert refused.value.code == refusal


def test_a_document_without_pages_is_refused():
    with pikepdf.new() as pdf:
        empty = saved(pdf)
    with pytest.raises(errors.NoPagesError):
        watermark.inspect(empty)


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (watermark.Limits(file_bytes=100), "too-many-bytes"),
        (watermark.Limits(pages=1), "too-many-pages"),
        (watermark.Limits(side_mm=200), "page-too-large"),
    ],
)
def test_limits_are_kept(limits, refusal):
    with pytest.raises(watermark.UnusableFileError) as refused:
        watermark.inspect(PAPERS["plain"](), limits=limits)
    assert refused.value.code == refusal


def test_the_limits_themselves_are_allowed():
    offered = PAPERS["plain"]()
    limits = watermark.Limits(file_bytes=len(offered), pages=2, side_mm=297.1)
    assert watermark.inspect(offered, limits=limits).pages == 2


def script(pdf):
    return pdf.make_indirect(Dictionary(S=Name.JavaScript, JS="app.alert('hello')"))


def with_open_action(pdf):
    pdf.Root.OpenAction = script(pdf)


def with_named_script(pdf):
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script(pdf)])))


def with_page_action(pdf):
    pdf.pages[0].obj.AA = Dictionary(O=script(pdf))


def with_launching_link(pdf):
    action = Dictionary(S=Name.Launch, F="calc.exe")
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].obj.Annots = Array([link])


def with_attachment(pdf):
    pdf.attachments["list.txt"] = b"names"


def with_film(pdf):
    film = Dictionary(
        Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]), RichMediaContent=Dictionary()
    )
    pdf.pages[0].obj.Annots = Array([film])


def with_signature(pdf):
    signature = pdf.make_indirect(Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=b"0"))
    field = pdf.make_indirect(Dictionary(FT=Name.Sig, T="s", V=signature))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


def with_outside_form(pdf):
    outside = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]))
    outside.Ref = Dictionary(F="other.pdf", Page=0)
    pdf.pages[0].obj.Resources.XObject = Dictionary(Out=outside)


def with_print_alternate(pdf):
    picture = pdf.make_stream(
        b"\0",
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=1,
        Height=1,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
    )
    picture.Alternates = Array([Dictionary(Image=pdf.make_stream(b"\0"), DefaultForPrinting=True)])
    pdf.pages[0].obj.Resources.XObject = Dictionary(Picture=picture)


@pytest.mark.parametrize(
    ("change", "finding", "words"),
    [
        (with_open_action, "javascript-removed", b"JavaScript"),
        (with_named_script, "javascript-removed", b"JavaScript"),
        (with_page_action, "javascript-removed", b"JavaScript"),
        (with_page_action, "actions-removed", b"/AA"),
        (with_launching_link, "launch-removed", b"Launch"),
        (with_attachment, "attachments-removed", b"EmbeddedFile"),
        (with_film, "media-removed", b"RichMedia"),
        (with_signature, "signature-void", b"ByteRange"),
        (with_outside_form, "outside-reference-removed", b"other.pdf"),
        (with_print_alternate, "print-alternates-removed", b"DefaultForPrinting"),
    ],
)
def test_what_is_taken_away_is_told_and_gone(change, finding, words):
    offered = document(change)
    inspection = watermark.inspect(offered)
    assert finding in codes(inspection)
    assert words in unpacked(offered)
    assert words not in unpacked(inspection.cleaned)


def unpacked(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return saved(
            opened,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=False,
        )


def told(change, **options):
    """Return code, page and facts of what is told of a document."""
    return [
        (found.code, found.page, dict(found.facts))
        for found in watermark.inspect(document(change, **options)).findings
    ]


def test_an_attachment_is_told_by_its_name():
    assert told(with_attachment) == [("attachments-removed", None, {"places": 1, "what": "list.txt"})]


def test_a_script_is_told_with_what_starts_it_and_its_page():
    assert told(with_open_action) == [("javascript-removed", None, {"places": 1, "what": "OpenAction"})]
    assert told(with_page_action) == [
        ("actions-removed", 1, {"places": 1, "what": "AA O"}),
        ("javascript-removed", 1, {"places": 1, "what": "AA O"}),
    ]


def test_a_link_to_a_program_is_told_with_the_program():
    assert told(with_launching_link) == [("launch-removed", 1, {"places": 1, "what": "Launch calc.exe"})]


def test_flattened_stamps_are_told_by_kind_and_page():
    (found,) = watermark.inspect(PAPERS["stamp_in_the_corner"]()).findings
    assert (found.page, dict(found.facts)) == (1, {"annotations": 1, "what": "Stamp 1"})


def test_a_hidden_layer_is_told_by_its_name():
    found = {one.code: one.facts for one in watermark.inspect(PAPERS["hidden_layer"]()).findings}
    assert found["layers-hidden"] == {"layers": 1, "what": "Draft"}


def test_a_name_that_deceives_is_told_without_its_tricks():
    def with_trick(pdf):
        pdf.attachments["invoice\u202egpj.exe\n\x00" + "x" * 500] = b"MZ"

    ((_, _, facts),) = told(with_trick)
    assert facts["what"].startswith("invoice\ufffdgpj.exe\ufffd")
    assert len(facts["what"]) == 80
    assert facts["what"].isprintable()


def test_a_flood_of_items_is_told_in_a_list_that_a_person_can_read():
    def with_many(pdf):
        names = [item for number in range(500) for item in (f"n{number:03}", script(pdf))]
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(names)))
        for number in range(500):
            pdf.attachments[f"file{number:03}.txt"] = b"x"

    found = told(with_many)
    assert len(found) <= 64
    assert sum(facts["places"] for code, _, facts in found if code == "javascript-removed") == 500
    assert sum(facts["places"] for code, _, facts in found if code == "attachments-removed") == 500


def test_protection_without_a_password_is_taken_off_and_told():
    locked = document(encryption=pikepdf.Encryption(owner="o", user=""))
    inspection = watermark.inspect(locked)
    assert [(found.code, dict(found.facts)) for found in inspection.findings] == [
        ("encryption-removed", {"bits": 256})
    ]
    assert b"/Encrypt" not in unpacked(inspection.cleaned)
    assert "Minutes" in text_of(inspection.cleaned)


def test_a_form_that_two_pages_lend_to_becomes_two():
    cleaned = watermark.inspect(
        all_animals()["a_form_that_borrows_from_two_pages_that_differ"].make()
    ).cleaned
    with pikepdf.open(io.BytesIO(cleaned)) as opened:
        forms = [page.obj.Resources.XObject["/FtPage"].Resources.XObject.A for page in opened.pages]
        fonts = [str(form.Resources.Font.F1.BaseFont) for form in forms]
    assert fonts == ["/Helvetica", "/Courier-Bold"]


def test_pages_with_the_same_content_share_it():
    cleaned = watermark.inspect(all_animals()["agenda_of_a_hundred_pages"].make()).cleaned
    with pikepdf.open(io.BytesIO(cleaned)) as opened:
        assert len({page.obj.Resources.XObject["/FtPage"].objgen for page in opened.pages}) == 1


@pytest.mark.parametrize(
    ("limits", "refusal", "facts"),
    [
        ({"objects": 3}, "too-many-objects", {"limit": 3}),
        ({"stream_bytes": 10}, "stream-too-large", {"limit": 10}),
        ({"nesting": 5}, "too-deeply-nested", {"limit": 5, "got": 6, "page": 1}),
    ],
)
def test_a_limit_is_told_with_its_facts(limits, refusal, facts):
    offered = all_animals()["forms_twenty_deep"].make()
    with pytest.raises(watermark.UnusableFileError) as refused:
        watermark.inspect(offered, limits=watermark.Limits(**limits))
    assert refused.value.code == refusal
    assert refused.value.facts.items() >= facts.items()


def test_a_harmless_file_gives_no_findings():
    assert watermark.inspect(PAPERS["plain"]()).findings == ()


def test_a_hidden_layer_stays_hidden_in_print_and_is_told():
    offered = PAPERS["hidden_layer"]()
    inspection = watermark.inspect(offered)
    assert codes(inspection) == {"layers-hidden", "layers-vary"}
    assert b"PrintState" not in unpacked(inspection.cleaned)
    picture = watermark.render_page(inspection.cleaned, 1, 72)
    assert picture[-50, 50].tolist() == [255, 255, 255]


def test_a_stamp_meant_for_print_becomes_part_of_the_page():
    inspection = watermark.inspect(PAPERS["stamp_in_the_corner"]())
    assert codes(inspection) == {"annotations-flattened"}
    assert b"/Annots" not in unpacked(inspection.cleaned)
    assert watermark.render_page(inspection.cleaned, 1, 72)[-50, 540].tolist() == [0, 0, 255]


def test_a_form_field_is_printed_as_it_was_filled():
    inspection = watermark.inspect(PAPERS["form_field"]())
    assert "Finance" in text_of(inspection.cleaned)
    assert b"AcroForm" not in unpacked(inspection.cleaned)


def test_a_comment_without_a_look_is_told_to_be_lost():
    def with_note(pdf):
        note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), Contents="why?")
        pdf.pages[0].obj.Annots = Array([note])

    assert codes(watermark.inspect(document(with_note))) == {"annotations-removed"}


def test_a_page_comes_out_upright_in_true_millimetres():
    with pikepdf.new() as pdf:
        add_page(pdf, size=(420.945, 297.638), UserUnit=2, Rotate=90)
        inspection = watermark.inspect(saved(pdf))
    assert inspection.page_sizes_mm[0] == pytest.approx((210, 297), abs=0.01)
    assert watermark.render_page(inspection.cleaned, 1, 72).shape == (842, 596, 3)


def test_a_user_unit_scales_what_is_drawn():
    # 60 x 20 units at (100, 100), doubled and turned clockwise.
    picture = watermark.render_page(watermark.inspect(PAPERS["big_user_unit"]()).cleaned, 1, 72, gray=True)
    rows, columns = (picture < 128).nonzero()
    assert picture.shape == (596, 842)
    assert (columns.min(), columns.max()) == pytest.approx((200, 239), abs=1)
    assert (rows.min(), rows.max()) == pytest.approx((200, 319), abs=1)
    assert (rows.max() + 1) == pytest.approx(320, abs=1)


@pytest.mark.parametrize("name", ["plain", "contents_in_pieces", "cropped", "everything_inherited"])
def test_cleaning_twice_changes_nothing_more(name):
    once = watermark.inspect(PAPERS[name]())
    twice = watermark.inspect(once.cleaned)
    assert twice.page_sizes_mm[0] == pytest.approx(once.page_sizes_mm[0])
    assert unpacked(twice.cleaned).count(b"/FtPage") == unpacked(once.cleaned).count(b"/FtPage")


def test_old_content_and_forms_in_it_find_their_resources_by_themselves_so_that_pages_stay_small():
    cleaned = watermark.inspect(PAPERS["form_without_resources"]()).cleaned
    with pikepdf.open(io.BytesIO(cleaned)) as opened:
        page = opened.pages[0].obj.Resources
        assert set(page.keys()) == {"/XObject"}
        assert set(page.XObject.keys()) == {"/FtPage"}
        assert set(page.XObject.FtPage.Resources.XObject.keys()) == {"/Inner"}
        assert "/F1" in page.XObject.FtPage.Resources.Font
        assert "/F1" in page.XObject.FtPage.Resources.XObject.Inner.Resources.Font


def test_the_same_file_is_cleaned_to_the_same_bytes():
    offered = PAPERS["plain"]()
    assert watermark.inspect(offered).cleaned == watermark.inspect(offered).cleaned


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_a_cleaned_file_is_sound(name):
    assert faults_of(watermark.inspect(PAPERS[name]()).cleaned) == []


def test_a_damaged_file_that_could_be_repaired_is_told():
    offered = PAPERS["plain"]()
    inspection = watermark.inspect(offered[: offered.index(b"startxref")])
    assert inspection.pages == 2
    assert codes(inspection) == {"file-repaired"}


@pytest.mark.parametrize("seed", range(8))
def test_a_gnawed_file_is_either_refused_or_made_sound(seed):
    mouse = random.Random(seed)
    names = sorted(PAPERS)
    for _ in range(25):
        gnawed = bytearray(PAPERS[mouse.choice(names)]())
        for _ in range(mouse.randint(1, 8)):
            place = mouse.randrange(len(gnawed))
            gnawed[place : place + mouse.choice((0, 1, 20))] = mouse.randbytes(mouse.choice((0, 1, 3)))
        try:
            cleaned = watermark.inspect(bytes(gnawed)).cleaned
        except watermark.UnusableFileError:
            continue
        with pikepdf.open(io.BytesIO(cleaned), attempt_recovery=False) as opened:
            assert len(opened.pages) > 0


def test_a_stream_that_unpacks_beyond_the_memory_limit_is_refused():
    packer = zlib.compressobj(1)
    squeezed = zlib.compress(
        b"".join(packer.compress(bytes(1 << 20)) for _ in range(257)) + packer.flush(), 1
    )

    def with_bomb(pdf):
        bomb = pdf.make_stream(squeezed)
        bomb.stream_dict.Filter = Array([Name.FlateDecode, Name.FlateDecode])
        pdf.pages[0].obj.Contents = Array([bomb, pdf.make_stream(b"")])

    with pytest.raises(errors.StreamTooLargeError):
        watermark.inspect(document(with_bomb, stream_decode_level=pikepdf.StreamDecodeLevel.none))
