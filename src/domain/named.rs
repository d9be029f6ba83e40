//! The organisations that a publication names beside its authors.

use super::publication::Details;

/// The words in these details that may be handles of organisations, each once.
pub fn organisation_words(details: &Details) -> Vec<String> {
    let mut words: Vec<String> = match details {
        Details::Minutes(meeting) | Details::Meeting(meeting) => {
            let owners = meeting.points.iter().flat_map(|point| &point.owners);
            let persons = meeting.persons.iter().filter_map(|person| person.organisation.as_ref());
            meeting.organisations.iter().chain(owners).chain(persons).cloned().collect()
        }
        Details::Roadmap(roadmap) => roadmap.milestones.iter().flat_map(|m| m.owners.clone()).collect(),
        Details::Production(production) => production.reused_by.clone(),
        Details::Proposal(_) | Details::Decision(_) | Details::Consultation(_) | Details::Report(_) => {
            Vec::new()
        }
    };
    words.sort_unstable();
    words.dedup();
    words
}

/// The name of the organisation whose handle a word is, of those that are known by handle and name; else the word.
pub fn name<'a>(word: &'a str, known: &'a [(String, String)]) -> &'a str {
    known.iter().find(|(handle, _)| handle == word).map_or(word, |(_, name)| name)
}
