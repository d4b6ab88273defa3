"""What digests of a text tell: where it turns up again, and not what it was."""

from archive.traces import RUN, SAME, SHOWN, Traces, words

BODY = (
    "Panitia pengawas menemukan empat puluh surat suara rusak di gudang logistik Kecamatan Batu Licin, Rabu pagi. "
    "Kerusakan itu dicatat dalam berita acara dan dilaporkan kepada KPU kabupaten pada hari yang sama. "
    "Ketua panitia Yusran Habibi mengatakan surat suara pengganti tiba paling lambat tiga hari sebelum pemungutan. "
    "Saksi kedua pasangan calon yang hadir menandatangani berita acara tanpa catatan keberatan apa pun."
)
EDITED = BODY.replace("empat puluh surat suara", "41 lembar surat suara").replace(
    "Saksi kedua", "Polisi dan saksi kedua"
)
HEADLINE = "Empat Puluh Surat Suara Rusak Ditemukan di Gudang"


def followed(held: Traces, told: list[str]) -> int:
    """Give how many words can be told one after the other by who knows seven and tries each word there is."""
    known = RUN - 1
    while known < len(told) and Traces.of([], [" ".join(told[known - RUN + 1 : known + 1])]).runs & held.runs:
        known += 1
    return known


def test_digests_that_stay_do_not_give_the_text_back_to_who_knows_its_beginning() -> None:
    whole = Traces.of([HEADLINE], [BODY, EDITED])
    left = Traces.read(whole.thinned().kept())
    for text in (BODY, EDITED):
        told = words(text)
        assert followed(whole, told) == len(told)
        assert max(followed(left, told[start:]) for start in range(len(told) - RUN)) == RUN


def test_digests_that_stay_tell_a_text_that_turns_up_edited_from_another_one() -> None:
    left = Traces.of([HEADLINE], [BODY, EDITED]).thinned()
    for text in (BODY, EDITED):
        assert left.within(f"<article><h1>{HEADLINE.upper()}</h1> <p>{text}</p></article>").headline
        assert left.within(f"<p>{text}</p>").share > SAME
        assert left.within(text[: len(text) // 2]).share > SHOWN
    assert left.within("Rapat pleno dimulai pukul sembilan pagi di gedung olahraga.").share == 0


def test_a_text_that_is_shorter_than_a_run_leaves_no_digest() -> None:
    short = Traces.of(["Ralat"], ["Foto dan keterangan oleh redaksi."])
    assert (short.headlines, short.runs, short.apart) == (frozenset(), frozenset(), frozenset())
