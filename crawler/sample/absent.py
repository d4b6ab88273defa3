"""What stands where a story was, or in front of a whole site: pages that are no story's, as servers and plugins send them."""

from crawler.sample.markup import text
from crawler.sample.server import HTML, Answer

_CHALLENGE = b"""<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>
<meta name="robots" content="noindex,nofollow"><meta http-equiv="refresh" content="360"></head>
<body><div class="main-wrapper" role="main"><h1>Memverifikasi bahwa Anda manusia</h1>
<noscript>Enable JavaScript and cookies to continue</noscript></div>
<script>(function(){window._cf_chl_opt={cvId:"3",cType:"managed"};})();</script></body></html>
"""


def gone() -> Answer:
    """The page of a plugin that answers 410 for what was deleted on purpose."""
    return Answer(
        status=410, body=_page("410 Gone", "<h1>Gone</h1><p>The requested resource is no longer available.</p>")
    )


def to_home(base_url: str, *, status: int = 301) -> Answer:
    """A redirect to the front page, as plugins send it for whatever is not found."""
    return Answer(status=status, headers=(HTML, ("Location", f"{base_url}/")))


def soft_404() -> Answer:
    """A page with status 200 that says that there is none."""
    return Answer(body=_page("Halaman tidak ditemukan", "<h1>Halaman tidak ditemukan</h1><p>Coba cari yang lain.</p>"))


def notice(words: str, *, status: int = 200) -> Answer:
    """A page in which the newsroom says why a story is not there any more."""
    main = f'<main><h1>Pemberitahuan</h1><div class="content"><p>{text(words)}</p></div></main>'
    return Answer(status=status, body=_page("Pemberitahuan", main))


def challenge(status: int = 403) -> Answer:
    """The page by which a shield asks a browser to prove itself; some send it with 200."""
    return Answer(status=status, headers=(HTML, ("cf-mitigated", "challenge")), body=_CHALLENGE)


def _page(title: str, main: str) -> bytes:
    frame = '<nav><a href="/">Beranda</a></nav>'
    return f'<!DOCTYPE html><html lang="id"><head><title>{title}</title></head><body>{frame}{main}</body></html>\n'.encode()
