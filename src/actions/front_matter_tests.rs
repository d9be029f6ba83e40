//! What `publish` reads, and how it refuses.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Manuscript, String> {
    Manuscript::parse(text, "un-fichier", Tz::Europe__Paris).map_err(|error| error.to_string())
}

fn minutes(more: &str) -> Result<Manuscript, String> {
    read(&format!("+++\nkind = \"minutes\"\ncoalition = \"reset\"\ntitle = \"A\"\n{more}\n+++\n\nText\n"))
}

#[test]
fn minutes_are_read_with_their_points() {
    let read = minutes(
        "date = 2020-07-07\ntags = [\"#a\", \"a\"]\n[[points]]\ntitle = \"P\"\noutcome = \"decision\"\ndue = \"2020-09\"",
    )
    .unwrap();
    assert_eq!(read.default_slug, "un-fichier");
    assert_eq!(read.tags, ["a"]);
    assert_eq!(read.body, "Text");
    let Details::Minutes(meeting) = read.details else { unreachable!("the kind is minutes") };
    assert_eq!(meeting.start.unwrap().to_string(), "2020-07-07");
    let point = meeting.points.first().unwrap();
    assert_eq!(point.due.unwrap().to_string(), "2020-09");
}

#[test]
fn what_is_wrong_is_named_by_its_key() {
    for (more, part) in [
        ("sumary = \"x\"", "did you mean `summary`?"),
        ("join_url = \"https://a.example\"", "the key `join_url` is unknown"),
        ("edition = \"six\"", "`edition`: must be a whole number"),
        ("date = 2020-07-07\nstart = 2020-07-07", "`start` is there as well"),
        ("date = 2020-07-07\nend = 2020-07-06", "`end`: 2020-07-06 is before"),
        ("date = \"bientôt\"", "is not a date"),
        ("timezone = \"Europe/Pari\"", "no time zone"),
        ("state = \"adoptd\"", "did you mean `adopted`?"),
        ("state = \"withdrawn\"", "needs a reason"),
        ("[[points]]\noutcome = \"action\"", "`points[1].title` is missing"),
        ("[[persons]]\nname = \"Ana\"", "`Ana` has not agreed to be named: write the day of the consent"),
        ("[[points]]\ntitle = \"A\"\ndecision = \"b\"", "only a point with outcome = \"decision\" has one"),
        ("effects = \"no\"", "`effects`: must be true or false"),
        ("[[attachments]]\nurl = \"https://a.example\"\nrole = \"slide\"", "did you mean `slides`?"),
        ("slug = \"À voir\"", "such as `a-voir`"),
        ("language = \"français\"", "no language tag"),
        ("x = [", "this is not TOML"),
    ] {
        let said = minutes(more).unwrap_err();
        assert!(said.contains(part), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }
    assert!(read("# Title").unwrap_err().contains("no front matter"));
    assert!(read("+++\n+++\n").unwrap_err().contains("`kind` is missing"));
}

#[test]
fn milestones_are_read_with_indicators_and_victories() {
    let roadmap = |more: &str| {
        read(&format!(
            "+++\nkind = \"roadmap\"\ncoalition = \"a\"\ntitle = \"T\"\n[[milestones]]\ntitle = \"A\"\n{more}\n+++\nA\n"
        ))
    };
    let indicator = |more: &str| roadmap(&format!("indicator = {{ name = \"Villes\", {more} }}"));
    let read = indicator(
        "target = 12.50, baseline = \"-3\", measured = [{ date = \"2026-09\", value = 7 }, { date = 2026-08-01, value = 4.5 }]",
    );
    let Details::Roadmap(read) = read.unwrap().details else { unreachable!("the kind is roadmap") };
    let indicator_read = read.milestones.first().unwrap().indicator.clone().unwrap();
    assert_eq!(indicator_read.target.as_deref(), Some("12.5"));
    let measured: Vec<_> = indicator_read.measured.iter().map(|one| one.value.as_str()).collect();
    assert_eq!(measured, ["4.5", "7"], "in order of dates");
    for (more, part) in [
        ("target = \"beaucoup\"", "`milestones[1].indicator.target`: `beaucoup` is no number"),
        ("target = nan", "`NaN` is no number"),
        ("measured = [{ date = \"2026-09\" }]", "`milestones[1].indicator.measured[1].value` is missing"),
        ("targets = 1", "did you mean `target`?"),
    ] {
        let said = indicator(more).unwrap_err();
        assert!(said.contains(part), "{said}");
    }
    assert!(roadmap("victory = { reached = 2026-01-01 }").unwrap_err().contains("victory.text` is missing"));
}

#[test]
fn a_nul_is_refused_where_it_stands() {
    for (title, tag, body, place) in [
        ("T\\u0000", "a", "B", "`title`: "),
        ("T", "a\\u0000", "B", "`tags`: "),
        ("T", "a", "B\0", "the text: "),
    ] {
        let file = format!(
            "+++\nkind = \"roadmap\"\ncoalition = \"a\"\ntitle = \"{title}\"\ntags = [\"{tag}\"]\n+++\n{body}"
        );
        assert_eq!(
            read(&file).unwrap_err(),
            format!("{place}it has a NUL character (U+0000), which no peer reads: remove it")
        );
    }
}

#[test]
fn a_file_of_another_system_reads_the_same() {
    let unix = "+++\nkind = \"roadmap\"\ncoalition = \"a\"\ntitle = \"T\"\n+++\nA\n\nB\n";
    let dos = format!("\u{feff}{}", unix.replace('\n', "\r\n"));
    assert_eq!(read(unix), read(&dos));
}

proptest! {
    #[test]
    fn no_text_panics(text in "(\\+\\+\\+\n)?.{0,200}(\n\\+\\+\\+\n)?.{0,50}", stem in ".{0,40}") {
        let _ = Manuscript::parse(&text, &stem, Tz::UTC);
        prop_assert!(is_slug(&slug_of(&stem)));
    }
}

#[test]
fn the_name_of_a_language_is_no_tag_and_the_tag_that_was_meant_is_named() {
    let read = |tag: &str| {
        let text = format!(
            "+++\nkind = \"report\"\ncoalition = \"a\"\ntitle = \"T\"\nlanguage = \"{tag}\"\n+++\nTexte"
        );
        Manuscript::parse(&text, "t", Tz::UTC).map_err(|error| error.to_string())
    };
    for tag in ["fr", "en", "fr-CH", "oc", "gsw", "zh-Hant-TW"] {
        assert_eq!(read(tag).unwrap().language.as_deref(), Some(tag));
    }
    for (tag, say) in [
        ("francais", "did you mean `fr`?"),
        ("French", "did you mean `fr`?"),
        ("english", "did you mean `en`?"),
        ("deutsch", "write fr, en or another of BCP 47"),
    ] {
        let refused = read(tag).unwrap_err();
        assert!(refused.contains(say), "{refused}");
    }
}
