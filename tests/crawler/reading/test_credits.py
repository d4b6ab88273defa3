import pytest

from crawler.reading.credits import advertorial_mark, closing_stars, credit_line, photo_credit, sign_off


@pytest.mark.parametrize(
    ("line", "authors", "editors"),
    [
        ("Penulis: Wati/ Penyunting: Darma", ("Wati",), ("Darma",)),
        ("Penulis: Wati Lestari | Editor: Darma", ("Wati Lestari",), ("Darma",)),
        ("Reporter : Wati dan Bagus", ("Wati", "Bagus"), ()),
        ("Redaktur & Reporter : Darma", ("Darma",), ("Darma",)),
        ("Penulis / Editor : Wati (Pranata Humas Ahli Muda)", ("Wati",), ("Wati",)),
        ("Pewarta : Wati Editor : Darma", ("Wati",), ("Darma",)),
        ("PEWARTA: WATI Fotografer: Bagus", ("WATI",), ()),
        ("Laporan Wartawan Kabar Contoh, Wati Lestari", ("Wati Lestari",), ()),
        ("(Penulis: Wati)", ("Wati",), ()),
    ],
)
def test_a_credit_line_names_its_people(line: str, authors: tuple[str, ...], editors: tuple[str, ...]) -> None:
    credit = credit_line(line)
    assert credit
    assert (credit.printed, credit.authors, credit.editors) == (line, authors, editors)


@pytest.mark.parametrize(
    "line",
    [
        "Penulis buku itu hadir dalam debat kedua.",
        "Editor: jumlah suara pada paragraf ketiga sudah kami perbaiki setelah rapat pleno selesai.",
        "Ketua panitia mengatakan, penulis: Wati",
        "Foto: Wati",
        "Laporan: 15 dugaan pelanggaran masuk ke Bawaslu",
        "Penulis: " + "Wati " * 40,
    ],
)
def test_prose_is_no_credit_line(line: str) -> None:
    assert credit_line(line) is None


@pytest.mark.parametrize(
    ("line", "rest", "mark"),
    [
        ("Demikian pesannya. (wti)", "Demikian pesannya.", "(wti)"),
        ("“Aman,” tutupnya. (hms/wti)", "“Aman,” tutupnya.", "(hms/wti)"),
        ("Demikian pesannya (wti).", "Demikian pesannya", "(wti)."),
        ("Demikian pesannya. (one/ADV)", "Demikian pesannya.", "(one/ADV)"),
        ("Demikian pesannya. (Adv)", "Demikian pesannya.", "(Adv)"),
        ("Demikian pesannya. (*/wti/drm)", "Demikian pesannya.", "(*/wti/drm)"),
        ("Demikian pesannya. (Wti/Drm)", "Demikian pesannya.", "(Wti/Drm)"),
        ("Demikian pesannya. (wti/kabarcontoh.id)", "Demikian pesannya.", "(wti/kabarcontoh.id)"),
        ("(wti)", "", "(wti)"),
    ],
)
def test_initials_are_a_sign_off(line: str, rest: str, mark: str) -> None:
    assert sign_off(line) == (rest, mark)


@pytest.mark.parametrize(
    "line",
    [
        "Rapat digelar Selasa (19/11/2024)",
        "Laporan diterima Badan Pengawas Pemilu (Bawaslu)",
        "Demikian kata Komisi Pemilihan Umum (KPU)",
        "Warga berkumpul di halaman. (Foto Humas)",
        "Hasilnya naik (dari tahun lalu)",
        "Keterangan (a)",
        "(bersambung)",
    ],
)
def test_dates_acronyms_and_remarks_are_no_sign_off(line: str) -> None:
    assert sign_off(line) is None


@pytest.mark.parametrize("mark", ["*", "***", "(*)"])
def test_stars_after_the_last_word_are_cut(mark: str) -> None:
    assert closing_stars(f"Demikian pesannya. {mark}") == ("Demikian pesannya.", mark)


def test_a_star_at_a_word_stays() -> None:
    assert closing_stars("Tanggal wajib diisi*") is None


@pytest.mark.parametrize(
    ("credit", "labels", "mark"),
    [
        ("(hmskmf/hnd)", (), "hmskmf"),
        ("(one/adv)", (), "adv"),
        ("[RWT | ADV PROKOM KUKAR]", (), "ADV"),
        (None, ("Politik", "Advertorial"), "Advertorial"),
        (None, ("Kominfo Kukar",), "Kominfo Kukar"),
        ("(wti)", ("Humas Polres", "Pilkada"), None),
        ("Penulis: Adventus", (), None),
        (None, (), None),
    ],
)
def test_a_mark_is_the_pages_own(credit: str | None, labels: tuple[str, ...], mark: str | None) -> None:
    assert advertorial_mark(credit, labels) == mark


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("Petugas melipat surat suara. Foto: Humas", "Humas"),
        ("Petugas melipat surat suara. (Foto: Ist)", "Ist"),
        ("Petugas melipat surat suara. (Foto Hmskmf)", "Hmskmf"),
        ("Petugas melipat surat suara (bagus/kabarcontoh.com)", "bagus/kabarcontoh.com"),
        ("Foto: Bagus", "Bagus"),
        ("Foto: petugas melipat surat suara di gudang logistik kabupaten", None),
        ("Foto bersama usai rapat pleno", None),
        ("Petugas melipat surat suara", None),
        (None, None),
    ],
)
def test_a_photo_credit_is_read_from_the_caption(caption: str | None, credit: str | None) -> None:
    assert photo_credit(caption) == credit
