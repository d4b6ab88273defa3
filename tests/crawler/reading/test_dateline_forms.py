"""Datelines of outlets that no rule names, in every form of DOMAIN 1.1, and leads that only look as if they had one."""

import csv

import pytest

from crawler.reading.dateline import split_dateline, title_cased
from tests.crawler.gold import shared

SHARED = shared()

DATELINES = [
    # A: a place alone
    ("BARABAI – Warga mulai berdatangan", None, "BARABAI"),
    ("Amuntai – Warga mulai berdatangan", None, "Amuntai"),
    ("TANJUNG REDEB— Warga mulai berdatangan", None, "TANJUNG REDEB"),
    ("Nanga Pinoh -- Warga mulai berdatangan", None, "Nanga Pinoh"),
    ("PUTUSSIBAU−Warga mulai berdatangan", None, "PUTUSSIBAU"),
    ("Muaradua-Warga mulai berdatangan", None, "Muaradua"),
    ("PALANGKARAYA –\u00a0Warga mulai berdatangan", None, "PALANGKARAYA"),
    ("KAYU AGUNG –\ufffdWarga mulai berdatangan", None, "KAYU AGUNG"),
    ("SANGGATA – Warga mulai berdatangan", None, "SANGGATA"),
    ("KABUPATEN PASER – Warga mulai berdatangan", None, "KABUPATEN PASER"),
    ("MUARA ENIM - KPU Kabupaten Muara Enim menggelar", None, "MUARA ENIM"),
    ("Kota Bontang – “Kami siap,” ujarnya", None, "Kota Bontang"),
    # B: outlet, place
    ("BORNEOWARTA.COM, SENDAWAR- Warga mulai", "BORNEOWARTA.COM", "SENDAWAR"),
    ("mahakamkini.id, Ujoh Bilang – Warga mulai", "mahakamkini.id", "Ujoh Bilang"),
    ("LENSAHULU.CO.ID,BARABAI – Warga mulai", "LENSAHULU.CO.ID", "BARABAI"),
    ("Warta Lematang, Prabumulih – Warga mulai", "Warta Lematang", "Prabumulih"),
    ("SUARA ENGGANG, SINTANG — Warga mulai", "SUARA ENGGANG", "SINTANG"),
    ("WL, Lahat : Warga mulai", "WL", "Lahat"),
    ("DAERAH, MARTAPURA – Warga mulai", None, "MARTAPURA"),
    ("www.wartamusi.com, Sekayu - Warga mulai", "www.wartamusi.com", "Sekayu"),
    ("KABARBANUA.NEWS, Rantau - Warga mulai", "KABARBANUA.NEWS", "Rantau"),
    ("ADVERTORIAL – Warga mulai berdatangan", None, None),
    # C: place, outlet
    ("KASONGAN, WARTADAYAK.CO – Warga mulai", "WARTADAYAK.CO", "KASONGAN"),
    ("Kuala Kurun, Kabar Tambun Bungai – Warga mulai", "Kabar Tambun Bungai", "Kuala Kurun"),
    ("Baturaja, lintasogan - Warga mulai", "lintasogan", "Baturaja"),
    ("PAGAR ALAM, BESEMAHPOS — Warga mulai", "BESEMAHPOS", "PAGAR ALAM"),
    ("PURUK CAHU (KALTENG), Suara Murung – Warga mulai", "Suara Murung", "PURUK CAHU"),
    ("Buntok, baritopress.id Warga mulai", "baritopress.id", "Buntok"),
    ("Tarakan, KPU – Komisi Pemilihan Umum", "KPU", "Tarakan"),
    ("Nunukan, Kaltara, perbatasan.id - Warga mulai", "perbatasan.id", "Nunukan"),
    # D: a news agency
    ("Malinau, Kaltara (ANTARA) - Warga mulai", "ANTARA", "Malinau"),
    ("Tamiang Layang (ANTARA) – Warga mulai", "ANTARA", "Tamiang Layang"),
    ("Sorong (Antaranews Papua Barat) - Warga mulai", "Antaranews Papua Barat", "Sorong"),
    # E: the outlet in brackets
    ("SANGASANGA (WartaMahakam.com) - Warga mulai", "WartaMahakam.com", "SANGASANGA"),
    ("Bontang, (Laut Biru News) Warga mulai", "Laut Biru News", "Bontang"),
    ("PENAJAM (Harian Taka) – Warga mulai", "Harian Taka", "PENAJAM"),
    # F: the outlet alone
    ("WARTABENUA.ID-Pj Bupati mengimbau", "WARTABENUA.ID", None),
    ("SuaraRawas.com — Warga mulai", "SuaraRawas.com", None),
    ("OKU NEWS - Warga mulai", "OKU NEWS", None),
    ("wartadepok com – Warga mulai", "wartadepok com", None),
    ("LENSA.CO, Warga mulai berdatangan", "LENSA.CO", None),
    ("SUARABANUA—Warga mulai", "SUARABANUA", None),
    ("KABAR MEDIA—DPRD menggelar", "KABAR MEDIA", None),
    ("PENAMUSI—Warga mulai berdatangan", "PENAMUSI", None),
    ("DELTA TERKINI – Warga mulai berdatangan", "DELTA TERKINI", None),
    ("TUMBANG RANGAS – Warga mulai berdatangan", None, "TUMBANG RANGAS"),
    ("PALANGKA RAYA/WARTATAMBUN.CO.ID - Warga mulai", "WARTATAMBUN.CO.ID", "PALANGKA RAYA"),
    ("SAMPIT, INFOHABARING.COM. Warga mulai", "INFOHABARING.COM", "SAMPIT"),
    # G: other separators
    ("BOVEN DIGOEL | Warga mulai", None, "BOVEN DIGOEL"),
    ("WARTALANGSA.id | Langsa – Warga mulai", "WARTALANGSA.id", "Langsa"),
    ("Lensamadura.id Sumenep||Warga mulai", "Lensamadura.id", "Sumenep"),
    ("HULU SUNGAI UTARA // BanuaNews - Warga mulai", "BanuaNews", "HULU SUNGAI UTARA"),
    ("Manado: Warga mulai berdatangan", None, "Manado"),
    ("IKN : Warga mulai berdatangan", None, "IKN"),
    ("Pangkalan Bun. Warga mulai berdatangan", None, "Pangkalan Bun"),
    ("Humasnews.contoh.go.id - Ambon. Warga mulai", "Humasnews.contoh.go.id", "Ambon"),
    ("TANAH GROGOT, PASERPOST | Warga mulai", "PASERPOST", "TANAH GROGOT"),
    ("KUALA KAPUAS – Wartakapuas.com – Warga mulai", "Wartakapuas.com", "KUALA KAPUAS"),
    # a day in the dateline
    ("Tenggarong, 20 November 2024 – Warga mulai", None, "Tenggarong"),
    ("JAKARTA (20/11/2024) - Warga mulai", None, "JAKARTA"),
    ("Sampit, Rabu (20/11/2024) – Warga mulai", None, "Sampit"),
    ("WARTASAMPIT.COM, SAMPIT (20/11/2024) – Warga mulai", "WARTASAMPIT.COM", "SAMPIT"),
    ("SAMPIT, WARTASAMPIT.COM – Rabu (20/11/2024), warga mulai", "WARTASAMPIT.COM", "SAMPIT"),
    ("Kutai Barat (Kubar) – Warga mulai", None, "Kutai Barat"),
    ("SANGATTA, KUTIM – Warga mulai", None, "SANGATTA"),
    ("Long Iram, Kutai Barat, Kaltim – Warga mulai", None, "Long Iram"),
    # a slip of the pen
    ("TENGGORONG - Warga mulai berdatangan", None, "TENGGORONG"),
    ("Balikpapann, kabartaka.id - Warga mulai", "kabartaka.id", "Balikpapann"),
]

PROSE = [
    "KPU/Bawaslu – dua lembaga itu – menggelar rapat bersama di Tenggarong.",
    "Bupati Kutai Kartanegara - yang baru dilantik - hadir dalam apel siaga",
    "KPU - Bawaslu sepakat mengawal hari pemungutan suara",
    "KPU – Bawaslu – Kesbangpol duduk bersama di Tenggarong",
    "Jakarta, kota yang tidak pernah tidur, akan memilih gubernur",
    "Jakarta, kota metropolitan - Warganya akan memilih gubernur",
    "OKI - Palembang hanya berjarak satu jam lewat tol",
    "Samarinda-Balikpapan kini terhubung jalan tol",
    "Senin (18/11/2024), KPU menggelar simulasi pemungutan suara",
    "Senin - Rabu (18-20/11/2024) logistik dikirim ke hulu",
    "Senin, 18 November 2024 - KPU menggelar simulasi",
    "Partai Golkar: Kami menang satu putaran",
    "JAKARTA PUSAT menjadi wilayah dengan pemilih terbanyak",
    "Tenggarong, Samarinda, dan Balikpapan – Tiga kota itu",
    "Pilkada Kukar 2024 – Tahapan demi tahapan berjalan",
    "PSU - Pemungutan suara ulang - digelar di tiga TPS",
    "Edi dan Rendi – Dua nama itu kembali maju",
    "Ketua KPU Kukar: Surat suara sudah lengkap",
    "H-7 pencoblosan, logistik mulai digeser ke kecamatan",
    "“Netral – Itu harga mati,” kata Sekda",
    "ASN, TNI, Polri - Tiga unsur itu wajib netral",
    "Nomor 1 – Pasangan Budi dan Wati – mengambil undian pertama",
    "Bawaslu, Samarinda – demikian tertulis di papan nama kantor itu",
    "Kutai Barat mencatat 12 pelanggaran – Terbanyak di Kaltim",
    "Paser dan Penajam Paser Utara - Dua daerah itu rawan banjir",
    "Kandidat petahana – Bupati dua periode itu – memilih diam",
    "Sungai Mahakam: Urat nadi logistik pemilu",
    "Catatan Redaksi: Nama saksi disamarkan",
    "Menang. Kalah. Warga tetap bersaudara",
    "Warga Tenggarong. Mereka datang sejak pagi",
    "Pukul 07.00 – Tempat pemungutan suara dibuka",
    "Malang nian nasib petugas itu - Ia kelelahan",
    "TPS 04, Loa Ipuh - Antrean mengular sejak pagi",
    "Suara rakyat - Suara Tuhan, begitu kata orang",
    "Media sosial - Ruang kampanye baru bagi calon",
    "Kabar baik – Honor petugas naik tahun ini",
    "Damai. Itulah harapan warga di hari pencoblosan",
    "Sumber: Data penetapan KPU yang diterima redaksi",
    "KPU KUKAR – Komisioner itu menjawab singkat",
    "PILKADA DAMAI – Deklarasi digelar di alun-alun",
    "PEMUNGUTAN SUARA ULANG – Tiga TPS mengulang",
    "Samarinda, Bontang – Dua kota itu paling ramai",
    "Tenggarong (Kabar Kutai) melaporkan antrean panjang",
    "Harian lepas – Begitu status para petugas lipat",
]


@pytest.mark.parametrize(("lead", "outlet", "place"), DATELINES, ids=[one[0][:40] for one in DATELINES])
def test_a_dateline_of_an_unseen_outlet_is_read(lead: str, outlet: str | None, place: str | None) -> None:
    found = split_dateline(lead)
    assert found
    assert (found.outlet, found.place) == (outlet, place)
    assert found.rest == lead[-len(found.rest) :]
    assert found.rest.lower().startswith(("warga", "pj", "kpu", "“kami", "komisi", "dprd", "rabu"))


@pytest.mark.parametrize(
    ("lead", "day"),
    [
        ("Tenggarong, 20 November 2024 – Warga mulai", "20 November 2024"),
        ("JAKARTA (20/11/2024) - Warga mulai", "20/11/2024"),
        ("Sampit, Jum'at (22-11-2024) – Warga mulai", "22-11-2024"),
        ("WARTASAMPIT.COM, SAMPIT – Rabu (20/11/2024), warga mulai", None),
        ("SAMPIT – Warga mulai berdatangan sejak 20 November 2024", None),
    ],
)
def test_only_a_day_inside_the_dateline_is_its_day(lead: str, day: str | None) -> None:
    found = split_dateline(lead)
    assert found
    assert found.day == day


@pytest.mark.parametrize("lead", PROSE)
def test_a_lead_that_only_looks_like_one_is_not_cut(lead: str) -> None:
    assert split_dateline(lead) is None


@pytest.mark.skipif(SHARED is None, reason="the table of datelines (../shared/domain) is not here")
def test_datelines_of_many_outlets_are_split_as_a_person_did() -> None:
    assert SHARED
    with (SHARED / "domain" / "datelines.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    missed = []
    for row in rows:
        found = split_dateline(row["dateline"])
        read = ((found.outlet or "").casefold(), (found.place or "").casefold()) if found else None
        if read != (row["outlet"].casefold(), row["place"].casefold()):
            missed.append((row["dateline"], read))
    assert len(rows) - len(missed) >= 61, missed


@pytest.mark.parametrize(
    "lead",
    [
        "BREAKING NEWS: Gudang logistik terbakar malam tadi.",
        "BREAKING NEWS – Gudang logistik terbakar malam tadi.",
        "JALAN RUSAK - Warga mengeluhkan akses menuju TPS.",
        "HARGA BERAS NAIK – Warga mengeluh di pasar.",
        "GOLKAR – Partai pemenang pemilu – mengumumkan calon.",
    ],
)
def test_words_in_capitals_before_a_dash_are_no_outlet_and_no_place(lead: str) -> None:
    assert split_dateline(lead) is None


@pytest.mark.parametrize(
    ("lead", "place"),
    [
        ("[TENGGARONG] – Warga mulai", "Tenggarong"),
        ("TENGGARONG\u200b – Warga mulai", "Tenggarong"),
        ("KUTAI KARTANEGARA (20/11) – Warga mulai", "Kutai Kartanegara"),
        ("BALIKPAPAN – (Kabar Rimba) Warga mulai", "Balikpapan"),
    ],
)
def test_a_place_is_told_from_signs_and_days_around_it(lead: str, place: str) -> None:
    found = split_dateline(lead, outlet_names=("Kabar Rimba",))
    assert found is not None
    assert found.rest == "Warga mulai"
    assert title_cased(found.place or "") == place
