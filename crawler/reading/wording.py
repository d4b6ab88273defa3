"""What the lines are called that stand in or around a text and are not its own: words and patterns, no code.

Lines are compared in lower case, blanks collapsed, without the signs around them (`- Advertisement -`, `[TAGS:]`). Each
pattern must match such a line whole. Which rule uses what, and what it holds back, is told in `crawler/reading/cleaning.py`.
An outlet adds lines of its own with `Rules.plus`. Sources: OUTLETS 6 R0 to R4; DOMAIN 1.3, 1.4 and 1.6, on 187 excerpts.
"""

from crawler.reading.dates import MONTH

CLOSERS = (
    *("leave a reply", "leave a comment", "tinggalkan balasan", "tinggalkan komentar", "posting komentar"),
    *("related post", "related posts", "post terkait", "berita terkait", "artikel terkait", "rekomendasi untuk anda"),
    *("komentar anda", "tulis komentar", "berikan komentar", "related articles", "you might also like"),
    *("anda mungkin juga suka", "tag", "tags"),
)
"""Headings of comments, related stories and tags."""

BOILERPLATE = (
    *CLOSERS,
    *("advertisement", "advertisements", "iklan", "pasang iklan", "scroll to continue with content"),
    *("scroll untuk membaca artikel", "artikel sebelumnya", "artikel berikutnya", "artikel selanjutnya"),
    *("previous article", "next article", "previous post", "next post", "pos sebelumnya", "pos berikutnya"),
    *("navigasi pos", "post navigation", "exit mobile version", "tulis & tekan enter", "images", "text sizes aa"),
    *("font: ukuran: - +", "discussion about this post", "apa komentar anda ?", "menyukai ini", "like this"),
    *("komentar", "berita lainnya", "berita populer", "terpopuler", "baca selengkapnya", "selengkapnya", "read more"),
    *("continue reading", "lanjutkan membaca", "loading...", "memuat...", "sponsored", "sponsored content", "ads"),
    *("promoted content", "iklan google", "dapatkan notifikasi berita", "subscribe", "newsletter", "ukuran font"),
    *("a a a", "text size", "dengarkan artikel ini", "tampilkan semua", "lihat semua", "scroll to resume content"),
    *("suka memuat...", "like loading...", "tentang penulis", "about the author", "komentar facebook"),
)
"""Whole lines: in 187 excerpts not one of them was a line of a body."""

STARTS = (
    "your email address will not be published",
    "alamat surel anda tidak akan dipublikasikan",
    "alamat email anda tidak akan dipublikasikan",
    "site icon ",
    "isi komentar sepenuhnya adalah tanggung jawab",
    "eksplorasi konten lain dari",
    "copyright ©",
    "hak cipta ©",
    "© 20",
)
"""Starts of lines of the same kind."""

NOISE = (
    r"(?:(?:telah|sudah)\s+)?(?:dibaca|dilihat|(?:post\s+)?views?|hits|jumlah\s+pembaca)\s*[:：]?\s*\d[\d.,]*(?:\s*(?:kali|x|orang|views?))?",
    r"\d[\d.,]*\s*(?:(?:x|kali)\s*)?(?:dibaca|dilihat|views?|pembaca)",
    r"(?:waktu|estimasi)(?:\s+waktu)?\s+(?:mem)?baca\s*[:：]?\s*\d+\s*(?:menit|detik|min\w*)",
    r"\d+\s*(?:min(?:s|utes?)?|menit)\s+(?:read|baca|membaca)",
    r"/?(?:vc|et_pb|fusion|su|tie|penci)_\w+[^\[\]]{0,200}(?:\]\s*\[/?\w[^\[\]]{0,200})*",
    r"visited\s+\d+\s+times?\b.{0,40}",
    r"(?:home|beranda)\s*[/»›>|]\s*.{1,120}",
    r"(?:lihat semua|view all|more)\s+(?:pos|posts|tulisan|artikel|berita)\s+(?:dari|oleh|by|from)\b.{1,60}",
)
"""Counters, reading times, breadcrumbs, the author's box, and the short codes of a page builder that is gone."""

COMMENTS = (
    (
        r"(?:\d[\d.]*|one|satu|no|belum ada)\s+(?:comments?|responses?|thoughts?|komentar|tanggapan|pemikiran|respon(?:s|se)?)"
        r"(?:\s+(?:on|to|pada|untuk|di|terhadap)\b.{1,200})?"
    ),
    r"(?:comments?|komentar)\s*[:(]?\s*\d+",
)

SYNDICATED = (
    r"the post\b.+\b(?:appeared first on|first appeared on)\b.*",
    r"(?:artikel|pos|postingan|tulisan|berita)\b.+\b(?:pertama kali (?:tampil|muncul)|(?:tampil|muncul) pertama kali) (?:di|pada)\b.+",
)

_WE = r"(?=.*(?:\b(?:berita|artikel|info|informasi|kabar|update|konten|saluran|channels?|kanal|gro?up|kami|news|whatsapp)\b|@\w))"
_PLATFORM = r"(?:google news|whatsapp|telegram|tiktok|instagram|facebook|youtube|twitter)"
CHANNELS = (
    (
        rf"(?:ikuti|simak|cek|dapatkan|gabung|bergabung(?:lah)?|baca|follow|temukan|klik|yuk|ayo|jangan\s+lewatkan)\b{_WE}"
        rf".{{0,160}}\b{_PLATFORM}\b.{{0,120}}"
    ),
)

_SERVICE = (
    r"(?:facebook|twitter|x|whatsapp|wa|telegram|instagram|tiktok|line|pinterest|linkedin|threads|tumblr|reddit|pocket|e-?mail|"
    r"surel|print|cetak|copy link|salin tautan|messenger)"
)
_SERVICES = rf"{_SERVICE}(?:[\s,|/·•&]+(?:dan\s+)?{_SERVICE})*"
SHARES = (
    (
        r"(?:share|bagikan|sebarkan)(?:\s+(?:this|ini|it|artikel|berita|post|postingan|tulisan|on|to|ke|di|via|lewat|melalui))*"
        rf"(?:[\s:,|/]+{_SERVICES})?"
    ),
    _SERVICES,
    r"(?:click|klik)\s+(?:to|untuk)\s+(?:share|berbagi|mencetak|print|e-?mail|mengirim)\b.{0,120}",
)

TAG_LINES = (
    r"(?:tags?|topik|label|kata kunci|keywords?|kategori|category|categories|rubrik|ditandai|tagged|tags?\s+terkait)\s*[:：]\s*.{1,300}",
    r"tags?\s.{1,300}",
    r"#(?!adv\b)\w+(?:[\s,;|]+#\w+)*",
    r"(?:posted in|filed under|diposting di|diposkan pada)\b.{1,200}",
)

PAGES = (
    r"(?:(?:halaman|laman|pages?)\s*[:：]?\s*)?\d{1,2}(?:[\s|,·]+\d{1,2})+(?:[\s…|»>.]*(?:\d{1,2}|(?:(?:lihat|tampilkan)\s+)?semua|next|selanjutnya|berikutnya|all|last))?",
    r"(?:halaman|laman|page|hal)\s*[:：.]?\s*\d{1,3}\s*(?:dari|of|/)\s*\d{1,3}",
    r"(?:halaman|laman|page)\s+(?:selanjutnya|berikutnya|sebelumnya)|(?:next|previous)\s+page|(?:halaman|laman|pages?)\s*[:：]?\s*\d{1,2}",
)

ADVERTS = (
    r"(?:scroll|gulir)\b.{0,30}\b(?:membaca|baca|melanjutkan|read|continue)\b.{0,40}",
    r"(?:artikel|berita|konten)\s+(?:ber|di)?lanjut(?:kan)?\s+(?:setelah|usai|di bawah|sesudah)\s+iklan.{0,30}",
    r"(?:lanjutkan|lanjut)\s+(?:mem)?baca\s+di\s+bawah.{0,30}",
    r"(?:pasang|ruang|space)\s+iklan\s+(?:anda|di\s?sini|hubungi|kami)\b.{0,60}",
)

REPUBLISHED = (
    (
        r"(?:artikel|berita|tulisan|konten)\s+ini\s+(?:(?:telah|sudah|pernah|sebelumnya|juga|pertama\s+kali|lebih\s+dulu)\s+)+"
        r"(?:di)?(?:tayang|tayangkan|terbit|terbitkan|muat|publikasikan|unggah)\s+(?:di|oleh|pada|dari)\b.{2,300}"
    ),
    r"(?:disadur|dikutip|dilansir)\s+(?:media\s+ini\s+)?dari\b.{2,80}",
)

SOURCES = (
    r"(?:sumber|source|rilis|siaran pers)(?:\s+(?:berita|foto|gambar))?\s*[:：]\s*.{2,80}",
    r"(?:foto|photo)\s*[:：]\s*.{2,60}",
)

SEE_ALSO = (
    r"(?:baca|simak|lihat)\s+(?:juga|pula)\b",
    r"baca(?=\s*[:：])",
    r"(?:baca|simak|lihat)\s+(?:berita\s+)?(?:lainnya|selengkapnya|terkait)(?=\s*[:：])",
    r"(?:berita|artikel)\s+(?:terkait|lainnya|pilihan)(?=\s*[:：])",
)
"""How a line begins that points to another story."""

NOTES = (r"ralat\b", r"koreksi\b", r"catatan redaksi\b", r"hak jawab\b", r"editor[’']?s note\b")
"""How a note of the newsroom begins: it is the article's own, and what stands above it ends the text."""

_SAID = (
    r"(?:(?:di)?(?:publikasikan|terbitkan|posting|tayangkan|terbit|tayang)|posted|published)(?:\s+(?:on|pada))?\s*:?\s+"
)
_DAY = (
    rf"(?:(?:senin|selasa|rabu|kamis|jum[’']?at|sabtu|minggu)\s*,?\s*)?\d{{1,2}}\s+(?:{MONTH})\s+\d{{4}}"
    r"(?:[\s|•·,–-]*\d{1,2}[:.]\d{2})?(?:\s*(?:wib|wita|wit))?"
)
_NUMERIC = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?:[\s,–-]+\d{1,2}[:.]\d{2})?(?:\s*(?:wib|wita|wit))?"
DAYS = (_DAY,)
"""A day in words, with or without a time."""
_BESIDE_DAY = (
    r"(?:[\s|•·,–-]+(?:\d{1,2}[:.]\d{2}(?:\s*(?:wib|wita|wit))?|\d+\s+komentar|(?:dibaca|dilihat|views?)\s*:?\s*\d[\d.,]*(?:\s*(?:kali|x))?"
    r"|\d[\d.,]*\s*(?:kali\s+)?(?:x|dibaca|dilihat|views?|hits)))"
)
"""Times and counters that a theme prints behind a day."""
BYLINES = (
    (
        rf"(?:(?:(?:di)?(?:tulis|post|posting|terbitkan)?\s*(?:oleh|by)|penulis|reporter)\s*:?\s+(?!karena\b|sebab\b)[\w.’' ]{{3,40}}?(?:[\s|•·,–-]+(?:{_DAY}|{_NUMERIC}))?"
        rf"|(?:{_SAID})?(?:[\w.’' ]{{3,40}}?\s*[|•·–-]\s*)?(?:{_DAY}|{_NUMERIC})(?:\s*[|•·]\s*(?:oleh\s+|by\s+)?[\w.’' ]{{3,40}}?)?){_BESIDE_DAY}{{0,4}}"
    ),
)
"""Nothing but `Oleh NAME`, a day, or a name and a day, with its time and counters."""

OWN_LINES = (
    r"(?:baca|simak|lihat)\s+(?:juga|pula)\s*[:：]",
    r"(?:penulis|reporter|pewarta|penyunting|editor|redaktur|wartawan|kontributor|fotografer|laporan|oleh)\b[^:：.!?]{0,20}[:：]",
    r"laporan\s+(?:wartawan|reporter)\b",
    r"(?:sumber|tags?|kategori)\s*[:：]",
    r"(?:artikel|berita)\s+ini\s+(?:telah|sudah)\s+tayang\b",
)
"""How a line begins that stands for itself though a paragraph holds it, behind one line break (DOMAIN 1.6: 40 of 187)."""
NO_CAPTIONS = (*NOTES, *SEE_ALSO, r"penulis\b", r"[“\"‘]")
"""How a slanted line below a picture begins that is no caption."""
