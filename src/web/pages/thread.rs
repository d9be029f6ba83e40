//! The thread under a publication: notes of ours and replies from other servers in one order, answers nested to a small depth.

use std::collections::HashMap;

use super::PER_PAGE;
use super::parts::{Moment, Pager, Reading};
use crate::app::Urls;
use crate::db::Conn;
use crate::model::listing::{self, ShownReply};
use crate::model::note::Row;
use crate::model::thread::{self, Of, Post, ShownNote};

/// Most posts that are nested; a longer thread is shown in the order in which things were said.
const MAX_NESTED: i64 = 1000;
/// How deep answers are shown; deeper ones stand at this depth.
const MAX_DEPTH: usize = 3;

/// A post as the page shows it.
pub(super) struct Entry {
    /// The place on the page to which links to a note of ours lead.
    pub anchor: Option<String>,
    /// 0 to [`MAX_DEPTH`].
    pub depth: usize,
    pub author: String,
    pub account: String,
    /// The post itself, on its own server or here.
    pub href: Option<String>,
    /// Whether it is one of ours.
    pub local: bool,
    pub date: Moment,
    pub edited: bool,
    /// Whose post on the same page it answers.
    pub answers: Option<String>,
    /// Safe HTML, one line; the text is folded behind it.
    pub warning: Option<String>,
    /// Safe HTML.
    pub html: String,
    pub language: String,
    /// Name and address.
    pub attachments: Vec<(String, String)>,
    pub likes: i64,
    pub shares: i64,
}

/// What a page of a thread shows.
#[derive(Default)]
pub(super) struct Thread {
    places: Vec<(Post, usize)>,
    replies: Vec<ShownReply>,
    notes: Vec<ShownNote>,
    /// How many posts the whole thread has.
    pub total: i64,
}

/// Reads a page of the thread of a publication.
pub(super) fn load(
    conn: &mut Conn,
    urls: &Urls,
    publication: &str,
    page: i64,
) -> Result<Thread, diesel::result::Error> {
    let total = thread::count(conn, Of::Thread(publication))?;
    let offset = Pager::offset(page);
    let places: Vec<(Post, usize)> = if total > MAX_NESTED {
        let posts = thread::posts(conn, Of::Thread(publication), offset, PER_PAGE)?;
        posts.into_iter().map(|post| (post, 0)).collect()
    } else {
        let posts = thread::posts(conn, Of::Thread(publication), 0, MAX_NESTED)?;
        let (skip, take) =
            (usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(PER_PAGE).unwrap_or(0));
        nested(urls, posts).into_iter().skip(skip).take(take).collect()
    };
    let of = |id: fn(&Post) -> Option<&String>| -> Vec<String> {
        places.iter().filter_map(|(post, _)| id(post)).cloned().collect()
    };
    let (notes, replies) = (of(|post| post.note.as_ref()), of(|post| post.url.as_ref()));
    let notes = thread::notes(conn, &notes)?;
    let replies = listing::replies(conn, &replies)?;
    Ok(Thread { places, replies, notes, total })
}

/// On which page of its thread a note stands, from 1.
pub(super) fn page_of(
    conn: &mut Conn,
    urls: &Urls,
    publication: &str,
    note: &Row,
) -> Result<i64, diesel::result::Error> {
    if thread::count(conn, Of::Thread(publication))? > MAX_NESTED {
        return Ok(thread::before(conn, publication, note.published_at)? / PER_PAGE + 1);
    }
    let posts = nested(urls, thread::posts(conn, Of::Thread(publication), 0, MAX_NESTED)?);
    let place = posts.iter().position(|(post, _)| post.note.as_ref() == Some(&note.id));
    Ok(place.and_then(|place| i64::try_from(place).ok()).unwrap_or(0) / PER_PAGE + 1)
}

/// The id of a post.
fn key(urls: &Urls, post: &Post) -> String {
    match (&post.note, &post.url) {
        (Some(note), _) => urls.note(note),
        (None, url) => url.clone().unwrap_or_default(),
    }
}

/// The id of what a post answers.
fn parent(urls: &Urls, post: &Post) -> Option<String> {
    post.parent_note.as_ref().map(|note| urls.note(note)).or_else(|| post.parent_url.clone())
}

/// Each post followed by its answers, with its depth. What answers something that is not here (the publication, or what is
/// hidden or deleted) begins anew; posts that answer each other in a circle are shown as well.
fn nested(urls: &Urls, posts: Vec<Post>) -> Vec<(Post, usize)> {
    let keys: HashMap<String, usize> =
        posts.iter().enumerate().map(|(place, post)| (key(urls, post), place)).collect();
    let mut answers: Vec<Vec<usize>> = vec![Vec::new(); posts.len()];
    let mut first = Vec::new();
    for (place, post) in posts.iter().enumerate() {
        let above = parent(urls, post).and_then(|id| keys.get(&id).copied());
        match above.and_then(|above| answers.get_mut(above)) {
            Some(under) => under.push(place),
            None => first.push(place),
        }
    }
    let all = 0..posts.len();
    let mut posts: Vec<Option<Post>> = posts.into_iter().map(Some).collect();
    let mut order = Vec::with_capacity(posts.len());
    for start in first.into_iter().chain(all) {
        let mut next = vec![(start, 0)];
        while let Some((place, depth)) = next.pop() {
            let Some(post) = posts.get_mut(place).and_then(Option::take) else {
                continue;
            };
            order.push((post, depth.min(MAX_DEPTH)));
            let under = answers.get(place).into_iter().flatten().rev();
            next.extend(under.map(|place| (*place, depth + 1)));
        }
    }
    order
}

/// Makes the posts of a page ready.
pub(super) fn entries(thread: Thread, reading: &Reading, urls: &Urls) -> Vec<Entry> {
    let mut shown: HashMap<String, Entry> = HashMap::new();
    for note in thread.notes {
        shown.insert(urls.note(&note.id), of_note(note, reading, urls));
    }
    for reply in thread.replies {
        shown.insert(reply.url.clone(), of_reply(reply, reading));
    }
    let authors: HashMap<String, String> =
        shown.iter().map(|(key, entry)| (key.clone(), entry.author.clone())).collect();
    let entry = |(post, depth): (Post, usize)| {
        let mut entry = shown.remove(&key(urls, &post))?;
        entry.depth = depth;
        entry.answers = parent(urls, &post).and_then(|id| authors.get(&id).cloned());
        Some(entry)
    };
    thread.places.into_iter().filter_map(entry).collect()
}

fn of_note(note: ShownNote, reading: &Reading, urls: &Urls) -> Entry {
    Entry {
        anchor: Some(format!("note-{}", note.id)),
        depth: 0,
        author: note.name().to_owned(),
        account: format!("@{}@{}", note.handle, urls.domain()),
        href: Some(format!("/notes/{}", note.id)),
        local: true,
        date: reading.moment(note.published_at),
        edited: note.updated_at.is_some(),
        answers: None,
        warning: None,
        html: note.html,
        language: note.language,
        attachments: Vec::new(),
        likes: note.likes,
        shares: note.shares,
    }
}

fn of_reply(reply: ShownReply, reading: &Reading) -> Entry {
    let attachments = reply.attachments().into_iter().map(|one| (one.name.unwrap_or_default(), one.url));
    let attachments = attachments.collect();
    let page = reply.page.unwrap_or(reply.url);
    let web = page.starts_with("https://") || page.starts_with("http://");
    Entry {
        anchor: None,
        depth: 0,
        author: if reply.name.is_empty() { reply.username.clone() } else { reply.name },
        account: format!("@{}@{}", reply.username, reply.domain),
        href: web.then_some(page),
        local: false,
        date: reading.moment(reply.published_at),
        edited: reply.updated_at.is_some(),
        answers: None,
        warning: reply.warning,
        html: reply.html,
        language: reply.language.unwrap_or_default(),
        attachments,
        likes: 0,
        shares: 0,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn post(id: u8, answers: u8) -> Post {
        Post {
            note: None,
            url: Some(id.to_string()),
            parent_note: None,
            parent_url: Some(answers.to_string()),
            published_at: chrono::DateTime::UNIX_EPOCH.naive_utc(),
        }
    }

    fn order(posts: &[(u8, u8)]) -> Vec<(String, usize)> {
        let urls = Urls::new("https://a.example", "a.example").unwrap();
        let posts = posts.iter().map(|(id, answers)| post(*id, *answers)).collect();
        nested(&urls, posts).into_iter().map(|(post, depth)| (post.url.unwrap(), depth)).collect()
    }

    #[test]
    fn answers_follow_what_they_answer_in_the_order_in_which_they_came() {
        let told = order(&[(1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (6, 1), (7, 5), (8, 7)]);
        let told: Vec<_> = told.iter().map(|(id, depth)| (id.as_str(), *depth)).collect();
        assert_eq!(told, [("1", 0), ("3", 1), ("5", 2), ("7", 3), ("8", 3), ("6", 1), ("2", 0), ("4", 1)]);
    }

    #[test]
    fn orphans_and_circles_are_shown_once() {
        let told = order(&[(1, 9), (2, 3), (3, 2), (4, 4), (5, 2)]);
        let ids: Vec<_> = told.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3", "5", "4"]);
    }
}
