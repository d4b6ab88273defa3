from archive.tagwords import actors_line, topics_line


def test_main_topics_stand_before_those_said_on_the_way_and_are_hints() -> None:
    topics = [
        {"name": "politik_uang", "role": "main", "modality": "warned"},
        {"name": "psu", "role": "main", "modality": None},
        {"name": "logistik", "role": "mention", "modality": None},
    ]
    assert topics_line(topics) == "politik_uang [warned], psu; on the way: logistik (hints)"
    assert topics_line(topics[2:]) == "on the way: logistik (hints)"
    assert topics_line([]) == ""


def test_actors_stand_with_what_the_list_says_that_they_were() -> None:
    assert (
        actors_line([{"name": "Rina", "role": "calon bupati"}, {"name": "PNB", "role": ""}])
        == "Rina (calon bupati), PNB"
    )
