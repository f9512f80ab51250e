"""The receipts of the counter say who, what, when, with which pages, in both languages."""

import io
import re
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest

from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.rules.words import HandOverKind, HandOverState, ReceiptMethod
from registry.views.holdings import CopyLine, HandOverView, Name, ReturnedCopy, ReturnView
from service.config import Settings
from service.papers.receipts import draw_receipt, draw_return_receipt

CODE = "0123456789AB0"
CLERK = Name(id=1, staff_no="S001", zh="王芳", en="Wang Fang")
HOLDER = Name(id=2, staff_no="S012", zh="李娜", en="Li Na")
AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def line(number=1):
    return CopyLine(
        copy_id=number,
        code=CODE,
        copy_no=number,
        state=State.HELD,
        document_id=1,
        doc_number="财字〔2026〕7号",
        title="预算草案 <b>Draft</b> & budget",
        scheme="company",
        level="SECRET",
        secrecy_period="10年",
        pages=3,
    )


def hand_over(**changed):
    facts = {
        "id": 7,
        "kind": HandOverKind.LOAN,
        "state": HandOverState.OFFERED,
        "receiver": HOLDER,
        "receiver_has_pin": True,
        "offered_by": CLERK,
        "offered_at": AT,
        "due_at": datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        "closed_at": None,
        "method": None,
        "signature_sha256": None,
        "copies": (line(),),
    }
    return HandOverView(**facts | changed)


@pytest.fixture
def settings(tmp_path):
    return Settings(environment="test", data_dir=tmp_path, time_zone="Asia/Shanghai")


def read(pdf):
    """Return the text of a paper without blanks: lines are broken anywhere in Chinese."""
    with pypdfium2.PdfDocument(pdf) as paper:
        text = "".join(page.get_textpage().get_text_range() for page in paper)
    return re.sub(r"\s", "", text)


def pictures(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return sum(len(page.get_images()) for page in opened.pages)


def test_an_unsigned_receipt_says_that_it_is_unsigned(settings):
    said = read(draw_receipt(hand_over(), settings, signature=None, ledger="12 · abc"))

    assert "借阅单" in said
    assert "notsignedyet尚未签收" in said
    assert "confirmedbyPIN" not in said


def test_a_signed_receipt_names_both_sides_each_copy_and_the_ledger(settings):
    signed = hand_over(state=HandOverState.CONFIRMED, method=ReceiptMethod.PIN, closed_at=AT)
    said = read(draw_receipt(signed, settings, signature=None, ledger="12 · abc"))

    assert "notsignedyet" not in said
    for part in (
        "H-000007",
        "王芳WangFang(S001)",
        "李娜LiNa(S012)",
        "2026-03-0216:30",
        "2026-03-0218:00",
        "000001",
        "财字〔2026〕7号",
        "<b>Draft</b>&budget",
        "机密★10年",
        human_code(CODE),
        "confirmedbyPIN·2026-03-0216:30",
        "12·abc",
    ):
        assert part in said


def test_a_drawn_signature_stands_on_the_receipt(settings):
    from PIL import Image

    target = io.BytesIO()
    Image.new("L", (400, 160), 255).save(target, "PNG")
    signed = hand_over(state=HandOverState.CONFIRMED, method=ReceiptMethod.SIGNATURE, closed_at=AT)

    assert pictures(draw_receipt(signed, settings, signature=target.getvalue(), ledger="")) == 1
    assert pictures(draw_receipt(signed, settings, signature=None, ledger="")) == 0


def test_the_same_hand_over_gives_the_same_bytes(settings):
    first, second = (draw_receipt(hand_over(), settings, signature=None, ledger="") for _ in range(2))
    assert first == second


def test_a_long_stack_goes_on_over_the_page(settings):
    pdf = draw_receipt(
        hand_over(copies=tuple(line(n) for n in range(1, 121))), settings, signature=None, ledger=""
    )

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) > 1
    assert "000120" in read(pdf)


def test_a_return_receipt_tells_what_the_page_check_found(settings):
    view = ReturnView(
        id=9,
        returned_by=HOLDER,
        taken_by=CLERK,
        returned_at=AT,
        copies=(
            ReturnedCopy(copy=line(1), pages_counted=3, missing=(), foreign=()),
            ReturnedCopy(copy=line(2), pages_counted=2, missing=(3,), foreign=("ZZZZZ p. 3",)),
        ),
    )
    said = read(draw_return_receipt(view, settings, ledger=""))

    for part in ("归还回执", "R-000009", "3/3", "2/3", "缺missing3", "异页foreignZZZZZp.3"):
        assert part in said
