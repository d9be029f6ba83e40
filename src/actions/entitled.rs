//! When which organisations were entitled to take positions in a coalition, and whether they left of themselves: as the acts on its
//! memberships tell it.

use std::collections::BTreeMap;

use chrono::SubsecRound;

use crate::db::{self, Conn};
use crate::domain::actor::Role;
use crate::domain::outcome::Entitled;
use crate::model::coalition::Member;
use crate::model::life::{self, MemberAct};
use crate::model::position::Position;

/// The times of those who are members now, and of whoever took one of these positions; by handle.
///
/// # Errors
/// The database's.
pub(super) fn read(
    conn: &mut Conn,
    coalition: i64,
    members: &[Member],
    positions: &[Position],
) -> Result<BTreeMap<String, Vec<Entitled>>, db::Error> {
    let mut who: BTreeMap<i64, (&str, bool)> = BTreeMap::new();
    for one in positions {
        if let Some(id) = one.row.organisation_id {
            who.insert(id, (&one.handle, false));
        }
    }
    for member in members {
        who.insert(member.actor_id, (&member.handle, true));
    }
    let mut acts: BTreeMap<i64, Vec<MemberAct>> = BTreeMap::new();
    for act in life::member_acts(conn, coalition)? {
        acts.entry(act.member_id).or_default().push(act);
    }
    let told = |(id, (handle, is_member)): (i64, (&str, bool))| {
        let acts = acts.get(&id).map(Vec::as_slice).unwrap_or_default();
        (handle.to_owned(), spans(acts, is_member))
    };
    Ok(who.into_iter().map(told).collect())
}

/// The times of one organisation, of which all acts are known, in order; `is_member`: whether it is entitled now. What was before
/// the first act that is known has no beginning.
fn spans(acts: &[MemberAct], is_member: bool) -> Vec<Entitled> {
    let mut spans: Vec<Entitled> = Vec::new();
    for (place, act) in acts.iter().enumerate() {
        let at = act.noted.made_at.trunc_subsecs(6);
        let is_open = spans.last().is_some_and(|last| last.until.is_none());
        if act.role.is_some_and(Role::is_member) {
            if !is_open {
                let since = (place > 0 || act.act.begins()).then_some(at);
                spans.push(Entitled { since, ..Entitled::ALWAYS });
            }
            continue;
        }
        if !is_open && place == 0 && !act.act.begins() {
            spans.push(Entitled::ALWAYS);
        }
        if let Some(last) = spans.last_mut().filter(|last| last.until.is_none()) {
            (last.until, last.left) = (Some(at), act.noted.by_id == Some(act.member_id));
        }
    }
    let is_open = spans.last().is_some_and(|last| last.until.is_none());
    if is_member && !is_open {
        spans.push(Entitled::ALWAYS);
    }
    spans
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use chrono::{DateTime, NaiveDateTime, TimeDelta};

    use super::*;
    use crate::domain::coalition::MembershipAct;
    use crate::model::life::Noted;

    fn at(minute: i64) -> NaiveDateTime {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc() + TimeDelta::minutes(minute)
    }

    fn act(minute: i64, act: MembershipAct, role: Option<Role>, by: i64) -> MemberAct {
        let noted = Noted { day: None, reason: None, by_id: Some(by), made_at: at(minute) };
        MemberAct { member_id: 7, act, role, noted }
    }

    #[test]
    fn the_acts_on_a_membership_tell_since_when_until_when_and_by_whom() {
        use MembershipAct::{Added, Removed, Role as Changed};
        let span = |since: Option<i64>, until: Option<i64>, left| Entitled {
            since: since.map(at),
            until: until.map(at),
            left,
        };
        let member = Some(Role::Member);
        let added = act(1, Added, member, 1);
        assert_eq!(spans(&[], false), []);
        assert_eq!(spans(&[], true), [Entitled::ALWAYS]);
        assert_eq!(spans(std::slice::from_ref(&added), true), [span(Some(1), None, false)]);
        let out = |by| spans(&[added.clone(), act(2, Removed, None, by)], false);
        assert_eq!(out(1), [span(Some(1), Some(2), false)]);
        assert_eq!(out(7), [span(Some(1), Some(2), true)]);
        let lowered = [added.clone(), act(2, Changed, Some(Role::Observer), 1), act(3, Changed, member, 1)];
        assert_eq!(spans(&lowered, true), [span(Some(1), Some(2), false), span(Some(3), None, false)]);
        assert_eq!(spans(&[act(1, Added, Some(Role::Observer), 1)], false), []);
        // It was a member before anything was noted.
        assert_eq!(spans(&[act(2, Removed, None, 1)], false), [span(None, Some(2), false)]);
    }
}
