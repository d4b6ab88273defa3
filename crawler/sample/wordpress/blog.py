"""What the owner of a WordPress set: its name, zone and language, and which plugins are on."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crawler.sample.posts import Post, section_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """The words that WordPress itself puts on a site, in the language that its owner chose."""

    language: str
    """As in `html[lang]` and in feeds."""
    protected: str
    """What stands before the title of a post that asks for a password."""
    no_excerpt: str
    """What stands in place of such a post's excerpt."""
    gate: str
    """What stands in place of its text."""


ENGLISH = Locale(
    language="en-US",
    protected="Protected: ",
    no_excerpt="There is no excerpt because this is a protected post.",
    gate='<form action="/wp-login.php?action=postpass" class="post-password-form" method="post">'
    "<p>This content is password protected. To view it please enter your password below:</p>"
    '<p><label for="pwbox">Password: <input name="post_password" id="pwbox" type="password" size="20" /></label> '
    '<input type="submit" name="Submit" value="Enter" /></p></form>\n',
)
INDONESIAN = Locale(
    language="id",
    protected="Diproteksi: ",
    no_excerpt="Tidak ada kutipan karena ini adalah pos yang terproteksi.",
    gate='<form action="/wp-login.php?action=postpass" class="post-password-form" method="post">'
    "<p>Konten ini diproteksi dengan sandi. Untuk melihatnya silakan masukkan sandi Anda di bawah ini:</p>"
    '<p><label for="pwbox">Sandi: <input name="post_password" id="pwbox" type="password" size="20" /></label> '
    '<input type="submit" name="Submit" value="Masukkan" /></p></form>\n',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blog:
    """The settings of one WordPress; its permalinks are `/category/day/month/year/slug/`."""

    name: str
    tagline: str
    zone_name: str
    """The IANA name of the zone in which editors write times and in which permalinks count days."""
    locale: Locale = ENGLISH
    version: str = "6.1.9"
    yoast: bool = False
    """Yoast SEO is on, with its option that strips `/category/` from the addresses of categories."""
    amp: bool = False
    """The official AMP plugin is on, with its legacy Reader templates and mobile redirection."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of `zone_name`."""
        return ZoneInfo(self.zone_name)

    def path(self, post: Post) -> str:
        """The permalink's path, `/category/day/month/year/slug/`, with the day as the site counts it."""
        return f"/{section_path(post.section)}{self.dated(post)}"

    def dated(self, post: Post) -> str:
        """The end of a permalink, which alone says which post is meant: `/day/month/year/slug/`."""
        return f"/{post.date.astimezone(self.zone):%d/%m/%Y}/{post.slug}/"
