import pytest

from crawler.reading.people import authors_of, fuller, person_of
from crawler.reading.rules import WORDPRESS

OUTLET = ("Kabar Contoh", "kabarcontoh", "kabarcontoh.id")


@pytest.mark.parametrize(
    ("printed", "account", "authors"),
    [
        (("Wati",), "Wati Lestari", ("Wati Lestari",)),
        (("wati",), "Wati Lestari", ("Wati Lestari",)),
        (("Wat",), "Wati Lestari", ("Wat",)),
        (("Lestari",), "Wati Lestari", ("Lestari",)),
        (("Wati Lestari",), "Wati", ("Wati Lestari",)),
        (("Wati", "Bagus"), "Bagus Tri", ("Wati", "Bagus Tri")),
        (("Wati",), "admin", ("Wati",)),
        ((), "Wati Lestari", ("Wati Lestari",)),
        ((), None, ()),
        (("Tim Redaksi",), "Wati Lestari", ()),
        (("Wati", "Humas Pemkab Paser"), None, ("Wati",)),
        (("Kabar Contoh",), None, ()),
        (("WATI LESTARI",), None, ("WATI LESTARI",)),
    ],
)
def test_the_printed_credit_counts_and_the_account_completes_it(
    printed: tuple[str, ...], account: str | None, authors: tuple[str, ...]
) -> None:
    assert authors_of(printed, account, outlet=OUTLET, rules=WORDPRESS) == authors


@pytest.mark.parametrize(
    "account",
    [
        "admin",
        "Admin2",
        "Redaksi",
        "Redaksi Kabar Contoh",
        "editor",
        "WordPress",
        "PopojiCMS",
        "Hmskmf",
        "Diskominfo Kukar",
        "Reporter",
        "Kabar Contoh",
        "kabarcontoh.id",
        "a@b.id",
        " ",
    ],
)
def test_a_role_or_a_house_is_nobody(account: str) -> None:
    assert person_of(account, outlet=OUTLET, rules=WORDPRESS) is None


@pytest.mark.parametrize(
    ("account", "person"), [("Oleh Wati Lestari", "Wati Lestari"), ("Editha", "Editha"), ("Adminto", "Adminto")]
)
def test_a_persons_account_is_kept(account: str, person: str) -> None:
    assert person_of(account, outlet=OUTLET, rules=WORDPRESS) == person


def test_without_an_account_a_name_stays() -> None:
    assert fuller("Wati", None) == "Wati"
