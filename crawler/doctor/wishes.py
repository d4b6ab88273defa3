"""Checks of what was asked for: settings, contact, outlets."""

from collections.abc import Iterator

from crawler.doctor.finding import Finding, Patient, bad, ok, warn


def contact(patient: Patient) -> Iterator[Finding]:
    """Whether sites are told who asks."""
    from crawler.guard import is_loopback

    if patient.settings is None:
        return
    if patient.settings.crawl.contact is not None:
        yield ok(f"sites are told {patient.settings.crawl.contact}")
        return
    real = [slug for slug, address in patient.outlets() if not is_loopback(address)]
    remedy = 'contact = "…" under [crawl], an e-mail address or a page'
    if real:
        yield bad(f"crawl.contact is unset: {', '.join(real)} cannot be crawled", remedy)
    else:
        yield warn("crawl.contact is unset: no real outlet can be crawled", remedy)


def outlets(patient: Patient) -> Iterator[Finding]:
    """Whether there is anything to crawl."""
    if patient.settings is None:
        return
    enabled = [slug for slug, _ in patient.outlets()]
    if enabled:
        yield ok(f"{len(enabled)} enabled: {', '.join(enabled)}")
    else:
        yield warn("no outlet is enabled", f"pilkada init, or [outlets.NAME] in {patient.home.settings_file}")


def election(patient: Patient) -> Iterator[Finding]:
    """Whether what is known of the election can be read."""
    from crawler.reading.pack import load
    from crawler.reading.tables import PackError

    if patient.settings is None:
        return
    own = patient.settings.election
    try:
        pack = load(own.pack, patient.home.root, own_actors=own.actors)
    except PackError as error:
        yield bad(str(error), "correct the file, or the setting under [election]")
    else:
        yield ok(pack.title)


def alerts(patient: Patient) -> Iterator[Finding]:
    """Whether anybody is told when an outlet goes quiet."""
    if patient.settings is None:
        return
    told = len(patient.settings.alerts.to)
    if told:
        yield ok(f"{told} address{'es are' if told > 1 else ' is'} told; `pilkada schedule alerts test` tries")
    else:
        yield ok("nobody is told when an outlet goes quiet: alerts.to is unset")
