//! What only one kind of publication has, made ready for the page: facts, points, milestones, in the reader's language.

use chrono_tz::Tz;

use super::parts::{Named, Reading};
use super::timeline::Timeline;
use crate::domain::named;
pub(super) use crate::domain::named::organisation_words;
use crate::domain::publication::{
    Decision, Details, Indicator, Meeting, Milestone, Person, Point, Proposal, Victory, When,
};
use crate::text::{Lang, dates, number, t, tf, word};

/// A label and its value, plain text.
pub(super) struct Fact {
    pub label: &'static str,
    pub value: String,
}

/// A point of the minutes.
pub(super) struct PointView {
    pub outcome: &'static str,
    pub code: &'static str,
    pub title: Option<String>,
    pub text: Option<String>,
    pub owners: Vec<Named>,
    pub due: Option<String>,
}

/// A step of a roadmap.
pub(super) struct Step {
    pub title: String,
    pub description: Option<String>,
    pub dimension: Option<&'static str>,
    pub owners: Vec<Named>,
    pub dates: Option<String>,
    pub status: &'static str,
    pub code: &'static str,
    pub progress: Option<u8>,
    pub reason: Option<String>,
    pub was: Option<String>,
    pub indicator: Option<IndicatorView>,
    pub victory: Option<VictoryView>,
}

/// By what one sees that a step works.
pub(super) struct IndicatorView {
    pub name: String,
    /// Where it stood and where it should stand.
    pub facts: Vec<Fact>,
    /// Dates and values.
    pub measured: Vec<(String, String)>,
}

/// What a step hopes for.
pub(super) struct VictoryView {
    /// Whether, and when, it was reached.
    pub label: String,
    pub text: String,
}

/// Everything of the details that a page shows.
#[derive(Default)]
pub(super) struct View {
    pub facts: Vec<Fact>,
    pub organisations: Vec<Named>,
    pub agenda: Vec<String>,
    pub points: Vec<PointView>,
    pub questions: Vec<String>,
    /// Who agreed to be named, and for whom they were there.
    pub persons: Vec<String>,
    pub steps: Vec<Step>,
    /// Who uses a production.
    pub reused_by: Vec<Named>,
    /// The same steps on an axis of time, where one has a date.
    pub timeline: Option<Timeline>,
    /// Where a decision comes from: a word or a sentence of its author.
    pub source: Option<String>,
}

/// Makes them ready; `known` are the organisations that [`organisation_words`] named.
pub(super) fn view(details: &Details, reading: &Reading, known: &[(String, String)]) -> View {
    let maker = Maker { reading, lang: reading.lang, zone: reading.zone, known };
    match details {
        Details::Proposal(proposal) => maker.proposal(proposal),
        Details::Minutes(meeting) | Details::Meeting(meeting) => maker.meeting(meeting),
        Details::Roadmap(roadmap) => {
            View { steps: roadmap.milestones.iter().map(|one| maker.step(one)).collect(), ..View::default() }
        }
        Details::Decision(decision) => maker.decision(decision),
        Details::Consultation(asked) => {
            let opens = maker.fact("fact-opens", maker.when(asked.opens));
            let closes = maker.fact("fact-closes", maker.when(asked.closes));
            View { facts: [opens, closes].into_iter().flatten().collect(), ..View::default() }
        }
        Details::Report(report) => {
            let from = maker.fact("fact-from", maker.when(report.from));
            let until = maker.fact("fact-until", maker.when(report.until));
            View { facts: [from, until].into_iter().flatten().collect(), ..View::default() }
        }
        Details::Production(production) => {
            View { reused_by: maker.named(&production.reused_by), ..View::default() }
        }
    }
}

struct Maker<'a> {
    reading: &'a Reading,
    lang: Lang,
    zone: Tz,
    known: &'a [(String, String)],
}

impl Maker<'_> {
    fn fact(&self, label: &'static str, value: Option<String>) -> Option<Fact> {
        Some(Fact {
            // The labels that travel end with a colon; in a list of terms the page sets them apart.
            label: t(self.lang, label).trim_end_matches([':', ' ', '\u{a0}', '\u{202f}']),
            value: value?,
        })
    }

    fn when(&self, when: Option<When>) -> Option<String> {
        when.map(|when| dates::when(self.lang, when, self.zone))
    }

    fn word(&self, group: &str, code: &str) -> String {
        let mut chars = word(self.lang, group, code).chars();
        let first = chars.next().map(|c| c.to_uppercase().collect::<String>());
        first.unwrap_or_default() + chars.as_str()
    }

    fn named(&self, words: &[String]) -> Vec<Named> {
        words.iter().map(|word| Named::word(word, self.known)).collect()
    }

    fn proposal(&self, proposal: &Proposal) -> View {
        let method = self.word("method", proposal.method.as_str());
        let quorum = proposal.quorum.map(|quorum| number(self.lang, quorum.into()));
        let facts = [
            self.fact("publication-method", Some(method)),
            self.fact("fact-opens", self.when(proposal.opens)),
            self.fact("fact-closes", self.when(proposal.closes)),
            self.fact("fact-quorum", quorum),
        ];
        View { facts: facts.into_iter().flatten().collect(), ..View::default() }
    }

    fn decision(&self, decision: &Decision) -> View {
        let to_come = |review: &When| dates::begin(*review, self.zone) > self.reading.now;
        let method = decision.method.map(|method| self.word("method", method.as_str()));
        let facts = [
            self.fact("fact-date", self.when(decision.date)),
            self.fact("fact-method", method),
            self.fact("fact-review", self.when(decision.review.filter(to_come))),
        ];
        View {
            facts: facts.into_iter().flatten().collect(),
            source: decision.source.clone(),
            ..View::default()
        }
    }

    fn meeting(&self, meeting: &Meeting) -> View {
        let zone = meeting.timezone.as_deref().map_or(self.zone, dates::zone);
        let date = meeting.start.map(|start| match meeting.tentative_until {
            Some(until) => {
                let range = dates::range(self.lang, start, until, zone);
                tf(self.lang, "date-tentative", &[("range", (&range).into())])
            }
            None => dates::span(self.lang, start, meeting.end, zone),
        });
        let facts = [
            self.fact("fact-series", crate::text::meetings::series(self.lang, meeting)),
            self.fact("fact-date", date),
            self.fact("fact-place", meeting.place.clone()),
            self.fact("fact-attendance", meeting.attendance.map(|n| number(self.lang, n.into()))),
            self.fact("fact-capacity", meeting.capacity.map(|n| number(self.lang, n.into()))),
            self.fact("fact-next", meeting.next.map(|next| dates::when(self.lang, next, zone))),
        ];
        View {
            facts: facts.into_iter().flatten().collect(),
            organisations: self.named(&meeting.organisations),
            agenda: meeting.agenda.clone(),
            points: meeting.points.iter().map(|point| self.point(point)).collect(),
            questions: meeting.questions.clone(),
            persons: meeting.persons.iter().map(|one| person(one, self.known)).collect(),
            ..View::default()
        }
    }

    fn point(&self, point: &Point) -> PointView {
        PointView {
            outcome: word(self.lang, "outcome", point.outcome.as_str()),
            code: point.outcome.as_str(),
            title: point.title.clone(),
            text: point.text.clone(),
            owners: self.named(&point.owners),
            due: self.when(point.due),
        }
    }

    fn step(&self, milestone: &Milestone) -> Step {
        let told = |when| dates::when(self.lang, when, self.zone);
        Step {
            title: milestone.title.clone(),
            description: milestone.description.clone(),
            dimension: milestone.dimension.map(|one| word(self.lang, "dimension", one.as_str())),
            owners: self.named(&milestone.owners),
            dates: match (milestone.start, milestone.due) {
                (Some(start), Some(due)) => Some(dates::range(self.lang, start, due, self.zone)),
                (Some(one), None) | (None, Some(one)) => Some(told(one)),
                (None, None) => None,
            },
            status: word(self.lang, "milestone", milestone.status.as_str()),
            code: milestone.status.as_str(),
            progress: milestone.progress,
            reason: milestone.reason.clone(),
            was: milestone.was.clone(),
            indicator: milestone.indicator.as_ref().map(|indicator| self.indicator(indicator)),
            victory: milestone.victory.as_ref().map(|victory| self.victory(victory)),
        }
    }

    fn indicator(&self, indicator: &Indicator) -> IndicatorView {
        let amount = |amount: &String| match &indicator.unit {
            Some(unit) => format!("{}\u{a0}{unit}", decimal(self.lang, amount)),
            None => decimal(self.lang, amount),
        };
        let facts = [
            self.fact("milestone-baseline", indicator.baseline.as_ref().map(amount)),
            self.fact("milestone-target", indicator.target.as_ref().map(amount)),
        ];
        let measured = indicator.measured.iter();
        let told = measured.map(|one| (dates::when(self.lang, one.date, self.zone), amount(&one.value)));
        IndicatorView {
            name: indicator.name.clone(),
            facts: facts.into_iter().flatten().collect(),
            measured: told.collect(),
        }
    }

    fn victory(&self, victory: &Victory) -> VictoryView {
        let label = match victory.reached {
            Some(reached) => {
                let date = dates::when(self.lang, reached, self.zone);
                let precision = dates::precision(reached);
                tf(
                    self.lang,
                    "victory-reached-on",
                    &[("date", (&date).into()), ("precision", precision.into())],
                )
            }
            None => t(self.lang, "victory-hoped-for").to_owned(),
        };
        VictoryView { label, text: victory.text.clone() }
    }
}

/// A number as it was written, with the sign that the language sets before decimals.
fn decimal(lang: Lang, amount: &str) -> String {
    match lang {
        Lang::Fr => amount.replace('.', ","),
        Lang::En => amount.to_owned(),
    }
}

fn person(person: &Person, known: &[(String, String)]) -> String {
    match &person.organisation {
        Some(word) => format!("{} ({})", person.name, named::name(word, known)),
        None => person.name.clone(),
    }
}
