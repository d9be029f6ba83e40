//! The words of a count.

use std::collections::BTreeMap;

use super::*;
use crate::domain::publication::Method;

#[test]
fn a_count_is_told_in_the_number_of_its_language() {
    let cases = [
        (
            Method::Consent,
            [0, 1, 2],
            "0 consent, 1 émet une réserve, 2 objectent",
            "0 consent, 1 stands aside, 2 object",
        ),
        (
            Method::Consent,
            [4, 2, 1],
            "4 consentent, 2 émettent une réserve, 1 objecte",
            "4 consent, 2 stand aside, 1 objects",
        ),
        (
            Method::Consent,
            [1, 0, 0],
            "1 consent, 0 émet une réserve, 0 objecte",
            "1 consents, 0 stand aside, 0 object",
        ),
        (Method::Majority, [1, 2, 3], "1 pour, 2 s’abstiennent, 3 contre", "1 for, 2 abstain, 3 against"),
        (Method::Majority, [2, 1, 0], "2 pour, 1 s’abstient, 0 contre", "2 for, 1 abstains, 0 against"),
    ];
    for (method, counts, fr, en) in cases {
        let stances = Stance::of(method).iter().map(ToString::to_string);
        let tally: BTreeMap<String, u32> = stances.zip(counts).collect();
        assert_eq!(shares(Lang::Fr, method, &tally).1, format!("Répartition\u{a0}: {fr}"));
        assert_eq!(shares(Lang::En, method, &tally).1, format!("Distribution: {en}"));
    }
    let needed =
        |lang, needed: i64| tf(lang, "ballot-quorum", &[("spoken", "0".into()), ("needed", needed.into())]);
    for (lang, one, many) in [
        (Lang::Fr, "0 sur 1 position nécessaire", "0 sur 3 positions nécessaires"),
        (Lang::En, "0 of 1 position needed", "0 of 3 positions needed"),
    ] {
        assert_eq!((needed(lang, 1).as_str(), needed(lang, 3).as_str()), (one, many));
    }
}
