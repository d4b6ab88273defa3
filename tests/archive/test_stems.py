import hashlib
import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import stems

SHARED = Path(__file__).parents[3] / "shared" / "domain" / "stem_families.txt"

# Written for this test, of other roots than the shared table where possible.
FAMILIES = """
calon mencalonkan dicalonkan pencalonan calonnya
daftar mendaftar didaftarkan pendaftaran pendaftar terdaftar
lantik melantik dilantik pelantikan
tegak menegakkan ditegakkan penegakan penegak
awas mengawasi diawasi pengawasan pengawas
lapor melaporkan dilaporkan laporan pelapor terlapor
duga menduga diduga dugaan terduga
palsu memalsukan dipalsukan pemalsuan
tetap menetapkan ditetapkan penetapan ketetapan
undang mengundang diundang undangan
netral netralitas kenetralan netralisasi
pungut memungut dipungut pemungutan
rusak merusak dirusak kerusakan perusakan
kawal mengawal dikawal pengawalan
imbau mengimbau diimbau imbauan himbauan
pemerintah pemerintahan pemerintahannya
pemilu pemilunya
surat surat-surat suratnya
didik mendidik dididik pendidikan
baca membaca dibaca pembaca bacaan
"""


def families() -> dict[str, list[str]]:
    return {words[0]: words for line in FAMILIES.splitlines() if (words := line.split())}


def shared_families() -> dict[str, list[str]]:
    rows = (line.partition(":") for line in SHARED.read_text("utf-8").splitlines())
    return {root: words.split() for root, _, words in rows if words}


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(families, id="own"),
        pytest.param(
            shared_families, id="shared", marks=pytest.mark.skipif(not SHARED.exists(), reason="no shared tables here")
        ),
    ],
)
def test_forms_of_one_root_share_a_stem_and_no_two_roots_do(table):
    pairs = alike = 0
    owners: dict[str, set[str]] = {}
    for root, words in table().items():
        found = [stems.tokens(word)[0].forms.roots[-1] for word in words]
        for one, other in itertools.combinations(found, 2):
            pairs += 1
            alike += one == other
        for stem in found:
            owners.setdefault(stem, set()).add(root)
    assert alike / pairs >= 0.99
    assert [names for names in owners.values() if len(names) > 1] == []


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("pemilu", "pemilu"),
        ("Pemilunya", "pemilu"),
        ("netralitas", "netral"),
        ("Kutai", "kutai"),
        ("PENAJAM", "penajam"),
        ("Bekasi", "bekasi"),
        ("Kutimnya", "kutim"),
        ("relawan", "relawan"),
        ("Jum’at", "jumat"),
        ("É́TAT", "etat"),
        ("KPU", "kpu"),
        ("17.900", "17900"),
        ("2024", "2024"),
        ("sulalah", "sulalah"),
    ],
)
def test_stem_of(word, root):
    assert stems.stem(word) == root


def test_names_of_regions_are_never_cut():
    kept = [line for line in (stems.DATA / "protect.txt").read_text("utf-8").split("\n") if line and line[0] != "#"]
    assert len(kept) > 600
    assert kept == sorted(set(kept))
    assert [word for word in kept if stems.stem(word) != word] == []


@pytest.mark.parametrize(
    ("text", "surface", "sequence"),
    [
        ("e-KTP", "e ktp", "e ktp ektp"),
        ("surat-surat suara", "surat surat suara", "surat suratsurat suara"),
        ("KPU-nya", "kpu nya", "kpu nya kpunya"),
        ("Rp17.900,50", "rp 17900 50", "rp 17900 50"),
        ("27.11.2024", "27 11 2024", "27 11 2024"),
        ("1.234.56", "1 234 56", "1 234 56"),
        ("Ma'ruf ‘Kukar’", "maruf kukar", "maruf kukar"),
        ("@kpu_kukar #Pilkada2024", "kpu kukar pilkada2024", "kpu kukar pilkada2024"),
        ("pil\u00adkada", "pilkada", "pilkada"),
        ("e\u0301tat ﷺ ½", "etat صلىاللهعليهوسلم 12", "etat صلىاللهعليهوسلم 12"),
        ("a-b-c-d", "a b c d", "a b c d"),
        ("\x00\udc80 … 🗳️ _", "", ""),
    ],
)
def test_text_becomes(text, surface, sequence):
    assert tuple(" ".join(half.split()) for half in stems.index_text(text)) == (surface, sequence)


@given(st.text())
def test_tokens_stand_where_they_say_and_hold_neither_space_nor_capital(text):
    last = 0
    for token in stems.tokens(text):
        assert last <= token.start < token.end <= len(text)
        last = token.end
        assert [part for part in token.forms.parts if part != stems.fold(part) or not part.isalnum()] == []
        assert len(token.forms.stems) >= 1
        assert [again.forms.parts for again in stems.tokens(text[token.start : token.end])] == [token.forms.parts]
    flat = [part for token in stems.tokens(text) for part in token.forms.parts]
    assert stems.index_text(text)[0].split() == flat


def test_a_very_long_word_is_found_by_its_beginning():
    (token,) = stems.tokens("a" * 10_000)
    assert token.forms.parts == ("a" * stems.LONGEST,)
    assert token.end == 10_000


def test_sastrawi_is_not_loaded_by_importing():
    code = (
        "import sys, archive.stems, archive.query; sys.exit(any(name.startswith('Sastrawi') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_changes_a_stem_changes_the_fingerprint():
    """If this fails because words get other forms than before: raise `stems.RULES` and write the new digest here."""
    text = FAMILIES + "Rp17.900 e-KTP Jum’at KPU-nya memilih-milih 27.11.2024 Pemilukada di_Kutai covid-19 a-b-c-d-e"
    forms = [(token.text, token.forms.roots, token.forms.stems) for token in stems.tokens(text)]
    digest = hashlib.sha256(repr(forms).encode()).hexdigest()[:12]
    assert (stems.RULES, digest) == (1, "83c59e8528d1")
    assert len(stems.fingerprint()) == 12
