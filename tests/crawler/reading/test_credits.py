import pytest

from crawler.reading.credits import advertorial_mark, closing_stars, credit_line, credit_within, photo_credit, sign_off


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
        ("Reporter :Wati /Editor :Darma", ("Wati",), ("Darma",)),
        ("Pewarta : Wati / Editor : Darma / Copyright © ANTARA 2024", ("Wati",), ("Darma",)),
        ("Pewarta : Wati Lestari Editor : Darma COPYRIGHT © ANTARA 2024", ("Wati Lestari",), ("Darma",)),
        ("Penulis: Wati (Kontributor Kutai Timur)", ("Wati",), ()),
        ("Penulis: Wati Lestari, S.Sos | Editor: Darma, M.Si", ("Wati Lestari, S.Sos",), ("Darma, M.Si",)),
        ("Reporter: Wati, Bagus", ("Wati", "Bagus"), ()),
        ("Oleh Wati Lestari", ("Wati Lestari",), ()),
        ("Oleh: Wati Lestari", ("Wati Lestari",), ()),
        ("LAPORAN: WATI", ("WATI",), ()),
        ("Fotografer: Bagus", (), ()),
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
        "Oleh Karena Itu",
        "Oleh Bawaslu laporan itu diteruskan",
        "Oleh Pemerintah",
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
        ("Demikian pesannya. (Adv/Diskominfo Kukar)", "Demikian pesannya.", "(Adv/Diskominfo Kukar)"),
        ("Demikian pesannya. [RWT | ADV PROKOM KUKAR]", "Demikian pesannya.", "[RWT | ADV PROKOM KUKAR]"),
        ("Demikian pesannya (wti, drm)", "Demikian pesannya", "(wti, drm)"),
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


@pytest.mark.parametrize("mark", ["*", "***", "(*)", "[*]"])
def test_stars_after_the_last_word_are_cut(mark: str) -> None:
    assert closing_stars(f"Demikian pesannya. {mark}") == ("Demikian pesannya.", mark)


def test_a_star_at_a_word_stays() -> None:
    assert closing_stars("Tanggal wajib diisi*") is None


def test_a_photographer_is_no_author() -> None:
    credit = credit_line("Penulis: Wati Fotografer: Bagus")
    assert credit
    assert (credit.authors, credit.photographers) == (("Wati",), ("Bagus",))
    alone = credit_line("Pewarta Foto: Bagus Tri")
    assert alone
    assert (alone.authors, alone.photographers) == ((), ("Bagus Tri",))


@pytest.mark.parametrize(
    ("line", "authors", "editors"),
    [
        ("Penulis: Wati | Editor: Darma | Rabu, 20 November 2024 10:15 WIB", ("Wati",), ("Darma",)),
        ("20 November 2024 | Reporter: Wati Lestari - 10:15", ("Wati Lestari",), ()),
        ("Rabu, 20 November 2024 10:15 WITA Laporan: Wati Editor: Darma", ("Wati",), ("Darma",)),
    ],
)
def test_a_credit_beside_a_day_is_found(line: str, authors: tuple[str, ...], editors: tuple[str, ...]) -> None:
    credit = credit_within(line)
    assert credit
    assert (credit.authors, credit.editors) == (authors, editors)


@pytest.mark.parametrize("line", ["Rabu, 20 November 2024 | 10:15", "Penulis: 3 orang", "Dibaca: 120 kali"])
def test_a_line_without_names_is_no_credit(line: str) -> None:
    assert credit_within(line) is None


@pytest.mark.parametrize(
    ("caption", "mark"),
    [
        ("Bupati membuka rapat. (Foto Hmskmf)", "Hmskmf"),
        ("Bupati membuka rapat. Foto: Diskominfo Paser", "Diskominfo"),
        ("Bupati membuka rapat. Foto: Prokopim Kukar", "Prokopim"),
        ("Bupati membuka rapat. Foto: Humas Pemkab Paser", "Humas Pemkab Paser"),
        ("Bupati membuka rapat. (Dok. Pemprov Kaltim)", "Pemprov Kaltim"),
        ("Bupati membuka rapat. (ADV)", "ADV"),
        ("Bupati membuka rapat. Foto: Humas", None),
        ("Bupati membuka rapat. Foto: Humas Polres Paser", None),
        ("Bupati membuka rapat. Foto: Bagus", None),
        ("Bupati dan kepala Diskominfo Paser membuka rapat.", None),
        ("Pemkab Paser membuka rapat. Foto: Bagus", None),
    ],
)
def test_a_caption_counts_where_its_photo_is_a_local_governments(caption: str, mark: str | None) -> None:
    assert advertorial_mark(None, (), caption) == mark
    assert advertorial_mark("(wti/adv)", (), caption) == "adv"


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
        ("Petugas melipat surat suara. ANTARA FOTO/Bagus Tri/tom.", "ANTARA FOTO/Bagus Tri/tom"),
        ("Petugas melipat surat suara /Istimewa", "Istimewa"),
        ("Petugas melipat surat suara. (Ist)", "Ist"),
        ("Petugas melipat surat suara. -(Kabar Contoh/ Bagus)-", "Kabar Contoh/ Bagus"),
        ("Petugas melipat surat suara. [kabarcontoh.co]", "kabarcontoh.co"),
        ("Petugas melipat surat suara. Foto oleh Bagus Tri", "Bagus Tri"),
        ("Rapat bersama penyelenggara (KPU/Bawaslu)", None),
        ("Petugas KPU/Bawaslu", None),
        ("Petugas melipat surat suara", None),
        (None, None),
    ],
)
def test_a_photo_credit_is_read_from_the_caption(caption: str | None, credit: str | None) -> None:
    assert photo_credit(caption) == credit


@pytest.mark.parametrize("line", ["#ADV", "ADV/DPRD KUKAR", "(YP/GR)", "Advertorial"])
def test_a_line_of_its_own_signs_off(line: str) -> None:
    assert sign_off(line) == ("", line)


@pytest.mark.parametrize(
    "line",
    [
        "Total pemilih laki-laki dan perempuan (pemilih).",
        "Warga membawa kartu tanda penduduk (ktp)",
        "Advertorial itu dibayar dari kas daerah",
        "ADV membantah",
    ],
)
def test_a_derived_word_an_acronym_and_a_sentence_are_no_sign_off(line: str) -> None:
    assert sign_off(line) is None


def test_words_of_the_language_after_a_label_are_nobodys_name() -> None:
    assert credit_line("Oleh: Tuhan, untuk rakyat") is None
    assert credit_line("Pewarta: tugas saya hanya mencatat") is None
    placed = credit_line("Kontributor Kukar: Yuni Paramita")
    assert placed is not None
    assert placed.authors == ("Yuni Paramita",)
