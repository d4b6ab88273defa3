import pytest

from crawler.reading.dateline import split_dateline, title_cased
from crawler.reading.places import folded

PLACES = {
    folded(name) for name in ("Tenggarong", "Samarinda", "Balikpapan", "Banda Aceh", "Palangka Raya", "Batam", "Kaltim")
}


def place(name: str) -> bool:
    return folded(name) in PLACES


@pytest.mark.parametrize(
    ("text", "printed", "outlet", "city"),
    [
        ("TENGGARONG – Warga datang", "TENGGARONG –", None, "TENGGARONG"),
        ("SENDOWAR—Warga datang", "SENDOWAR—", None, "SENDOWAR"),
        ("BALIKPAPAN- Warga datang", "BALIKPAPAN-", None, "BALIKPAPAN"),
        ("PALANGKA RAYA-Warga datang", "PALANGKA RAYA-", None, "PALANGKA RAYA"),
        ("Kabarcontoh.com, TENGGARONG - Warga", "Kabarcontoh.com, TENGGARONG -", "Kabarcontoh.com", "TENGGARONG"),
        ("Samarinda, kabar contoh - Warga", "Samarinda, kabar contoh -", "kabar contoh", "Samarinda"),
        ("KABARCONTOH.COM-Pj Bupati", "KABARCONTOH.COM-", "KABARCONTOH.COM", None),
        ("Tenggarong, Kaltim (ANTARA) - Warga", "Tenggarong, Kaltim (ANTARA) -", "ANTARA", "Tenggarong"),
        ("KABARACEH.id | Banda Aceh – Warga", "KABARACEH.id | Banda Aceh –", "KABARACEH.id", "Banda Aceh"),
        ("Batam, kabarbatam.id Setelah", "Batam, kabarbatam.id", "kabarbatam.id", "Batam"),
        ("Tenggarong. Warga datang", "Tenggarong.", None, "Tenggarong"),
        ("DAERAH, SAMARINDA – Warga datang", "DAERAH, SAMARINDA –", None, "SAMARINDA"),
        ("Samarinda | Warga datang", "Samarinda |", None, "Samarinda"),
    ],
)
def test_a_dateline_is_split_from_the_lead(text: str, printed: str, outlet: str | None, city: str | None) -> None:
    found = split_dateline(text, outlet_names=("Kabar Contoh",), place=place)
    assert found
    assert (found.printed, found.outlet, found.place) == (printed, outlet, city)
    assert text.endswith(found.rest)


@pytest.mark.parametrize(
    "text",
    [
        "KPU – Bawaslu sepakat mengawal pemungutan suara",
        "KPU-Bawaslu sepakat",
        "Pilkada 2024 - tahapan kampanye dimulai",
        "PILKADA 2024 - Tahapan kampanye dimulai",
        "Jalan Samarinda – Balikpapan macet",
        "SAMARINDA-BALIKPAPAN kini terhubung tol",
        "Ia berkata: “Netralitas harga mati”",
        "Warga Tenggarong, Samarinda, dan Balikpapan – semuanya – datang",
        "Bupati – yang baru dilantik – hadir",
        "",
    ],
)
def test_prose_with_a_dash_is_not_cut(text: str) -> None:
    assert split_dateline(text, outlet_names=("Kabar Contoh",), place=place) is None


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("KUTAI KARTANEGARA", "Kutai Kartanegara"),
        ("Kayuagung", "Kayuagung"),
        ("DKI JAKARTA", "DKI Jakarta"),
        ("sampit", "Sampit"),
    ],
)
def test_a_place_is_shown_in_title_case(printed: str, shown: str) -> None:
    assert title_cased(printed) == shown
