//! The tables, the same on both databases (migrations/sqlite and migrations/postgres). Kept by hand beside them. This file is
//! over 500 lines because diesel reads one schema.
#![expect(missing_docs, reason = "the migrations say what each column holds")]

diesel::table! {
    meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    actors (id) {
        id -> BigInt,
        handle -> Text,
        kind -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        also_known_as -> Text,
        moved_to -> Nullable<Text>,
        moved_at -> Nullable<Timestamp>,
        moved_reason -> Nullable<Text>,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    actor_keys (id) {
        id -> BigInt,
        actor_id -> BigInt,
        fragment -> Text,
        algorithm -> Text,
        private_der -> Binary,
        public -> Text,
        created_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    organisations (actor_id) {
        actor_id -> BigInt,
        name -> Text,
        kind -> Text,
        summary -> Text,
        website -> Nullable<Text>,
        territory -> Nullable<Text>,
    }
}

diesel::table! {
    accounts (actor_id) {
        actor_id -> BigInt,
        email -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        admin -> Bool,
    }
}

diesel::table! {
    coalitions (actor_id) {
        actor_id -> BigInt,
        number -> Nullable<Text>,
        title -> Nullable<Text>,
        title_provisional -> Bool,
        topic -> Nullable<Text>,
        narrative -> Nullable<Text>,
        problem -> Nullable<Text>,
        impact -> Nullable<Text>,
        stage -> Text,
        family -> Nullable<Text>,
        cohort -> Nullable<Text>,
        pilot -> Bool,
        territory -> Nullable<Text>,
        horizon -> Nullable<Date>,
        parent -> Nullable<Text>,
        language -> Text,
        icon -> Nullable<Text>,
    }
}

diesel::table! {
    coalition_values (coalition_id, field, position) {
        coalition_id -> BigInt,
        field -> Text,
        position -> Integer,
        value -> Text,
    }
}

diesel::table! {
    associated_actors (coalition_id, name) {
        coalition_id -> BigInt,
        position -> Integer,
        name -> Text,
        state -> Text,
        dimensions -> Text,
    }
}

diesel::table! {
    memberships (coalition_id, member_id) {
        coalition_id -> BigInt,
        member_id -> BigInt,
        role -> Text,
        since -> Timestamp,
        dimensions -> Text,
    }
}

diesel::table! {
    coalition_stages (id) {
        id -> BigInt,
        coalition_id -> BigInt,
        stage -> Text,
        day -> Nullable<Date>,
        reason -> Nullable<Text>,
        by_id -> Nullable<BigInt>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    coalition_impacts (coalition_id, version) {
        coalition_id -> BigInt,
        version -> Integer,
        text -> Text,
        day -> Nullable<Date>,
        reason -> Nullable<Text>,
        by_id -> Nullable<BigInt>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    membership_acts (id) {
        id -> BigInt,
        coalition_id -> BigInt,
        member_id -> BigInt,
        act -> Text,
        role -> Nullable<Text>,
        day -> Nullable<Date>,
        reason -> Nullable<Text>,
        by_id -> Nullable<BigInt>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    declarations (id) {
        id -> Text,
        coalition_id -> BigInt,
        organisation -> Text,
        folded -> Text,
        email -> Nullable<Text>,
        sentence -> Text,
        state -> Text,
        token_digest -> Nullable<Text>,
        declared_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        answered_at -> Nullable<Timestamp>,
        answered_by -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    charters (coalition_id, version) {
        coalition_id -> BigInt,
        version -> Text,
        state -> Text,
        publication_id -> Nullable<Text>,
        day -> Date,
        by_id -> Nullable<BigInt>,
        made_at -> Timestamp,
        superseded_on -> Nullable<Date>,
    }
}

diesel::table! {
    charter_acknowledgements (coalition_id, version, organisation_id, state) {
        coalition_id -> BigInt,
        version -> Text,
        organisation_id -> BigInt,
        state -> Text,
        day -> Date,
        made_at -> Timestamp,
    }
}

diesel::table! {
    charter_acts (id) {
        id -> BigInt,
        coalition_id -> BigInt,
        version -> Text,
        state -> Text,
        day -> Nullable<Date>,
        reason -> Nullable<Text>,
        by_id -> Nullable<BigInt>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    coalition_files (coalition_id) {
        coalition_id -> BigInt,
        told -> Text,
    }
}

diesel::table! {
    publications (id) {
        id -> Text,
        coalition_id -> BigInt,
        kind -> Text,
        slug -> Text,
        former_id -> Nullable<Text>,
        state -> Text,
        title -> Text,
        summary -> Text,
        body -> Text,
        html -> Text,
        language -> Text,
        licence -> Text,
        details -> Text,
        revision -> Integer,
        published_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
        withdrawn_reason -> Nullable<Text>,
        replies -> BigInt,
        likes -> BigInt,
        shares -> BigInt,
    }
}

diesel::table! {
    publication_authors (publication_id, position) {
        publication_id -> Text,
        position -> Integer,
        actor_id -> BigInt,
    }
}

diesel::table! {
    publication_tags (publication_id, position) {
        publication_id -> Text,
        position -> Integer,
        tag -> Text,
    }
}

diesel::table! {
    revisions (publication_id, number) {
        publication_id -> Text,
        number -> Integer,
        content -> Text,
        made_at -> Timestamp,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    decisions (coalition_id, number) {
        coalition_id -> BigInt,
        number -> Integer,
        act -> Text,
        publication_id -> Nullable<Text>,
        decision -> Nullable<Integer>,
        successor -> Nullable<Integer>,
        entry -> Text,
        digest -> Text,
        proof -> Nullable<Text>,
    }
}

diesel::table! {
    reviews (publication_id) {
        publication_id -> Text,
        due_at -> Timestamp,
    }
}

diesel::table! {
    remote_actors (id) {
        id -> BigInt,
        url -> Text,
        kind -> Text,
        username -> Text,
        host -> Text,
        name -> Text,
        page -> Nullable<Text>,
        inbox -> Text,
        shared_inbox -> Nullable<Text>,
        document -> Text,
        fetched_at -> Timestamp,
        gone_at -> Nullable<Timestamp>,
        moved_to -> Nullable<Text>,
        moved_at -> Nullable<Timestamp>,
        domain -> Text,
        ask_at -> Nullable<Timestamp>,
        asked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    remote_keys (id) {
        id -> Text,
        remote_id -> BigInt,
        public -> Text,
        fetched_at -> Timestamp,
    }
}

diesel::table! {
    followers (id) {
        id -> BigInt,
        actor_id -> BigInt,
        remote_id -> BigInt,
        since -> Timestamp,
        gone_since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    following (id) {
        id -> BigInt,
        actor_id -> BigInt,
        remote_id -> BigInt,
        activity_id -> Text,
        state -> Text,
        since -> Timestamp,
    }
}

diesel::table! {
    replies (id) {
        id -> BigInt,
        url -> Text,
        publication_id -> Text,
        in_reply_to -> Text,
        remote_id -> BigInt,
        html -> Text,
        page -> Nullable<Text>,
        language -> Nullable<Text>,
        published_at -> Timestamp,
        updated_at -> Nullable<Timestamp>,
        received_at -> Timestamp,
        hidden_at -> Nullable<Timestamp>,
        hidden_reason -> Nullable<Text>,
        document -> Text,
        warning -> Nullable<Text>,
        attachments -> Text,
        withheld -> Bool,
    }
}

diesel::table! {
    reactions (id) {
        id -> BigInt,
        activity_id -> Text,
        kind -> Text,
        publication_id -> Text,
        remote_id -> BigInt,
        received_at -> Timestamp,
    }
}

diesel::table! {
    remote_tombstones (url) {
        url -> Text,
        remote_id -> BigInt,
        deleted_at -> Timestamp,
    }
}

diesel::table! {
    consultations (publication_id) {
        publication_id -> Text,
        opens_at -> Nullable<Timestamp>,
        closes_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        results_due_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    proposals (publication_id) {
        publication_id -> Text,
        version -> Integer,
        began_at -> Nullable<Timestamp>,
        opens_at -> Nullable<Timestamp>,
        remind_at -> Nullable<Timestamp>,
        closes_at -> Nullable<Timestamp>,
        reminded_round -> Integer,
        outcome -> Nullable<Text>,
        decision_id -> Nullable<Text>,
    }
}

diesel::table! {
    positions (id) {
        id -> Text,
        publication_id -> Text,
        organisation_id -> Nullable<BigInt>,
        remote_id -> Nullable<BigInt>,
        stance -> Text,
        reason -> Nullable<Text>,
        version -> Integer,
        round -> Integer,
        taken_at -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
        withdrawn_reason -> Nullable<Text>,
        resolved_at -> Nullable<Timestamp>,
        resolution -> Nullable<Text>,
    }
}

diesel::table! {
    amendments (id) {
        id -> Text,
        publication_id -> Text,
        organisation_id -> Nullable<BigInt>,
        remote_id -> Nullable<BigInt>,
        version -> Integer,
        body -> Text,
        reason -> Nullable<Text>,
        state -> Text,
        proposed_at -> Timestamp,
        answered_at -> Nullable<Timestamp>,
        answered_by -> Nullable<BigInt>,
        answer -> Nullable<Text>,
    }
}

diesel::table! {
    proposal_acts (id) {
        id -> Text,
        publication_id -> Text,
        act -> Text,
        actor_id -> Nullable<BigInt>,
        at -> Timestamp,
        version -> Integer,
        round -> Integer,
        phase -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    answers (id) {
        id -> BigInt,
        publication_id -> Text,
        remote_id -> BigInt,
        choice -> Integer,
        received_at -> Timestamp,
    }
}

diesel::table! {
    quotes (id) {
        id -> Text,
        actor_id -> BigInt,
        target -> Text,
        remote_id -> BigInt,
        url -> Text,
        page -> Nullable<Text>,
        given_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        revoked_reason -> Nullable<Text>,
        withheld -> Bool,
    }
}

diesel::table! {
    registrations (id) {
        id -> BigInt,
        publication_id -> Text,
        remote_id -> BigInt,
        join_id -> Text,
        registered_at -> Timestamp,
    }
}

diesel::table! {
    pins (publication_id) {
        publication_id -> Text,
        coalition_id -> BigInt,
        pinned_at -> Timestamp,
    }
}

diesel::table! {
    inbox_items (seq) {
        seq -> BigInt,
        activity_id -> Text,
        actor_url -> Text,
        lane -> Integer,
        document -> Text,
        received_at -> Timestamp,
        state -> Integer,
        attempts -> Integer,
        run_at -> Timestamp,
        outcome -> Nullable<Text>,
        host -> Text,
    }
}

diesel::table! {
    seen_activities (id) {
        id -> Text,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    activities (id) {
        id -> Text,
        actor_id -> BigInt,
        kind -> Text,
        publication_id -> Nullable<Text>,
        document -> Text,
        public -> Bool,
        made_at -> Timestamp,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        activity_id -> Text,
        inbox -> Text,
        host -> Text,
        subject -> Text,
        state -> Integer,
        attempts -> Integer,
        run_at -> Timestamp,
        created_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
        last_status -> Nullable<Integer>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    hosts (host) {
        host -> Text,
        lane -> Integer,
        due_at -> Nullable<Timestamp>,
        failures -> Integer,
        failing_days -> Integer,
        last_failing_day -> Nullable<Date>,
        set_aside -> Bool,
        last_ok_at -> Nullable<Timestamp>,
        last_heard_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        heard_scheme -> Nullable<Text>,
        software -> Nullable<Text>,
        software_version -> Nullable<Text>,
        software_error -> Nullable<Text>,
        ask_at -> Timestamp,
    }
}

diesel::table! {
    mails (id) {
        id -> Text,
        cause -> Text,
        recipient -> Text,
        address_digest -> Text,
        unproven -> Bool,
        subject -> Text,
        text -> Text,
        state -> Text,
        attempts -> Integer,
        created_at -> Timestamp,
        run_at -> Timestamp,
        held_until -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    lanes (queue, lane) {
        queue -> Text,
        lane -> Integer,
        owner -> Text,
        leased_until -> Timestamp,
    }
}

diesel::table! {
    second_knocks (host) {
        host -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    notes (id) {
        id -> Text,
        actor_id -> BigInt,
        coalition_id -> BigInt,
        publication_id -> Nullable<Text>,
        kind -> Text,
        parent_note -> Nullable<Text>,
        parent_url -> Nullable<Text>,
        parent_author -> Nullable<Text>,
        markdown -> Text,
        html -> Text,
        language -> Text,
        mentions -> Text,
        likes -> BigInt,
        shares -> BigInt,
        published_at -> Timestamp,
        updated_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    note_tags (note_id, position) {
        note_id -> Text,
        position -> Integer,
        tag -> Text,
    }
}

diesel::table! {
    note_reactions (id) {
        id -> BigInt,
        activity_id -> Text,
        kind -> Text,
        note_id -> Text,
        remote_id -> BigInt,
        received_at -> Timestamp,
    }
}

diesel::table! {
    publication_attachments (publication_id, position) {
        publication_id -> Text,
        position -> Integer,
        name -> Text,
        media_type -> Text,
        digest -> Nullable<Text>,
        file -> Nullable<Text>,
        size -> Nullable<BigInt>,
        url -> Nullable<Text>,
        role -> Nullable<Text>,
    }
}

diesel::table! {
    domain_rules (domain) {
        domain -> Text,
        rule -> Text,
        reason -> Nullable<Text>,
        since -> Timestamp,
    }
}

diesel::table! {
    suspensions (url) {
        url -> Text,
        reason -> Nullable<Text>,
        since -> Timestamp,
    }
}

diesel::table! {
    blocks (actor_id, remote_id) {
        actor_id -> BigInt,
        remote_id -> BigInt,
        activity_id -> Text,
        since -> Timestamp,
    }
}

diesel::table! {
    publication_locks (publication_id) {
        publication_id -> Text,
        activity_id -> Text,
        reason -> Nullable<Text>,
        since -> Timestamp,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        activity_id -> Text,
        reporter -> Text,
        host -> Text,
        objects -> Text,
        content -> Text,
        received_at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        made_at -> Timestamp,
        who -> Text,
        act -> Text,
        target -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    search_documents (id) {
        id -> BigInt,
        kind -> Text,
        subject -> Text,
        coalition_id -> Nullable<BigInt>,
        title -> Text,
        text -> Text,
        language -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    publication_dates (publication_id) {
        publication_id -> Text,
        begins_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    publication_acts (id) {
        id -> BigInt,
        publication_id -> Text,
        act -> Text,
        actor_id -> BigInt,
        revision -> Integer,
        reason -> Nullable<Text>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    action_items (id) {
        id -> Text,
        coalition_id -> BigInt,
        minutes_id -> Nullable<Text>,
        text -> Text,
        owners -> Text,
        due -> Nullable<Text>,
        due_at -> Nullable<Timestamp>,
        language -> Text,
        state -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    action_states (id) {
        id -> BigInt,
        item_id -> Text,
        state -> Text,
        actor_id -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    minutes_effects (publication_id, point) {
        publication_id -> Text,
        point -> Text,
        decision_id -> Nullable<Text>,
        action_id -> Nullable<Text>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    roadmap_dues (publication_id) {
        publication_id -> Text,
        due_at -> Nullable<Timestamp>,
        history -> Nullable<Text>,
    }
}

diesel::table! {
    series (publication_id) {
        publication_id -> Text,
        coalition_id -> BigInt,
        name -> Text,
        edition -> Nullable<Integer>,
        starts_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    links (id) {
        id -> BigInt,
        coalition_id -> BigInt,
        owner_id -> Text,
        relation -> Text,
        cause_id -> Nullable<Text>,
        effect_id -> Nullable<Text>,
        place -> Text,
        word -> Nullable<Text>,
    }
}

diesel::table! {
    untraced (publication_id) {
        publication_id -> Text,
    }
}

diesel::joinable!(actor_keys -> actors (actor_id));
diesel::joinable!(publication_dates -> publications (publication_id));
diesel::joinable!(organisations -> actors (actor_id));
diesel::joinable!(accounts -> actors (actor_id));
diesel::joinable!(coalitions -> actors (actor_id));
diesel::joinable!(coalition_values -> coalitions (coalition_id));
diesel::joinable!(associated_actors -> coalitions (coalition_id));
diesel::joinable!(memberships -> coalitions (coalition_id));
diesel::joinable!(memberships -> actors (member_id));
diesel::joinable!(declarations -> coalitions (coalition_id));
diesel::joinable!(charter_acknowledgements -> actors (organisation_id));
diesel::joinable!(publications -> coalitions (coalition_id));
diesel::joinable!(publication_authors -> publications (publication_id));
diesel::joinable!(publication_authors -> actors (actor_id));
diesel::joinable!(publication_tags -> publications (publication_id));
diesel::joinable!(revisions -> publications (publication_id));
diesel::joinable!(decisions -> publications (publication_id));
diesel::joinable!(decisions -> coalitions (coalition_id));
diesel::joinable!(reviews -> publications (publication_id));
diesel::joinable!(remote_keys -> remote_actors (remote_id));
diesel::joinable!(followers -> actors (actor_id));
diesel::joinable!(followers -> remote_actors (remote_id));
diesel::joinable!(following -> actors (actor_id));
diesel::joinable!(following -> remote_actors (remote_id));
diesel::joinable!(replies -> publications (publication_id));
diesel::joinable!(replies -> remote_actors (remote_id));
diesel::joinable!(reactions -> publications (publication_id));
diesel::joinable!(reactions -> remote_actors (remote_id));
diesel::joinable!(consultations -> publications (publication_id));
diesel::joinable!(proposals -> publications (publication_id));
diesel::joinable!(positions -> organisations (organisation_id));
diesel::joinable!(amendments -> organisations (organisation_id));
diesel::joinable!(proposal_acts -> actors (actor_id));
diesel::joinable!(answers -> publications (publication_id));
diesel::joinable!(answers -> remote_actors (remote_id));
diesel::joinable!(registrations -> publications (publication_id));
diesel::joinable!(registrations -> remote_actors (remote_id));
diesel::joinable!(notes -> actors (actor_id));
diesel::joinable!(notes -> coalitions (coalition_id));
diesel::joinable!(notes -> publications (publication_id));
diesel::joinable!(note_tags -> notes (note_id));
diesel::joinable!(note_reactions -> notes (note_id));
diesel::joinable!(note_reactions -> remote_actors (remote_id));
diesel::joinable!(publication_attachments -> publications (publication_id));
diesel::joinable!(remote_tombstones -> remote_actors (remote_id));
diesel::joinable!(quotes -> actors (actor_id));
diesel::joinable!(quotes -> remote_actors (remote_id));
diesel::joinable!(pins -> publications (publication_id));
diesel::joinable!(pins -> coalitions (coalition_id));
diesel::joinable!(activities -> actors (actor_id));
diesel::joinable!(activities -> publications (publication_id));
diesel::joinable!(deliveries -> activities (activity_id));
diesel::joinable!(blocks -> actors (actor_id));
diesel::joinable!(blocks -> remote_actors (remote_id));
diesel::joinable!(publication_locks -> publications (publication_id));
diesel::joinable!(publication_acts -> publications (publication_id));
diesel::joinable!(publication_acts -> actors (actor_id));
diesel::joinable!(action_items -> coalitions (coalition_id));
diesel::joinable!(action_states -> action_items (item_id));
diesel::joinable!(action_states -> actors (actor_id));
diesel::joinable!(minutes_effects -> publications (publication_id));
diesel::joinable!(roadmap_dues -> publications (publication_id));
diesel::joinable!(series -> publications (publication_id));

diesel::table! {
    manuscripts (publication_id) {
        publication_id -> Text,
        content -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    meta,
    actors,
    actor_keys,
    organisations,
    accounts,
    coalitions,
    coalition_values,
    associated_actors,
    memberships,
    coalition_stages,
    coalition_impacts,
    membership_acts,
    declarations,
    charters,
    charter_acknowledgements,
    charter_acts,
    coalition_files,
    publications,
    publication_authors,
    publication_tags,
    revisions,
    decisions,
    reviews,
    remote_actors,
    remote_keys,
    followers,
    following,
    replies,
    reactions,
    consultations,
    proposals,
    positions,
    amendments,
    proposal_acts,
    answers,
    registrations,
    notes,
    note_tags,
    note_reactions,
    publication_attachments,
    remote_tombstones,
    quotes,
    pins,
    inbox_items,
    seen_activities,
    activities,
    deliveries,
    hosts,
    second_knocks,
    lanes,
    mails,
    domain_rules,
    suspensions,
    blocks,
    publication_locks,
    reports,
    audit_log,
    publication_acts,
    action_items,
    action_states,
    minutes_effects,
    roadmap_dues,
    series,
    links,
    untraced,
    search_documents,
    publication_dates,
    manuscripts,
);
