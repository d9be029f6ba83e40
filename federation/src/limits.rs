//! Every bound that keeps a remote server from costing us more than it should, in one place.
//!
//! Constants only. A limit that an administrator may change belongs to the configuration, not here.

use std::time::Duration;

/// Largest request or response body that is read, in bytes. Mastodon refuses over 1 MB as well.
pub const MAX_BODY: usize = 1_000_000;

/// How much of a body that is too large is still read and thrown away, in bytes, so that the sender
/// sees the 413 and not a broken connection.
pub const MAX_DRAIN: usize = 4_000_000;

/// How long such a body is drained at most.
pub const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Largest activity that we send, in bytes: below the limit of the receivers, with room for a proof.
pub const MAX_ACTIVITY_OUT: usize = 900_000;

/// Deepest nesting of objects and arrays in a JSON document; the document itself is level one.
pub const MAX_DEPTH: usize = 64;

/// Most values (members, elements, scalars) in one JSON document, so that a small body cannot
/// become a large tree.
pub const MAX_NODES: usize = 100_000;

/// Most entries of `tag` on one object.
pub const MAX_TAGS: usize = 256;

/// Most entries of `attachment` that are read of one object.
pub const MAX_ATTACHMENTS: usize = 16;

/// Longest name that is kept, of an actor or of an attachment, in characters.
pub const MAX_NAME: usize = 500;

/// Longest name in a handle, in bytes. Mastodon gives its own people 30.
pub const MAX_USERNAME: usize = 128;

/// Most options (`oneOf` or `anyOf`) of a question.
pub const MAX_OPTIONS: usize = 20;

/// Most addressees over `to`, `cc`, `bto`, `bcc` and `audience` together.
pub const MAX_RECIPIENTS: usize = 1000;

/// Most objects of one activity (a `Flag` names several, some servers send votes as an array).
pub const MAX_OBJECTS: usize = 1000;

/// Largest activity that is answered with itself inside (a `Follow`, a `Join`, a `QuoteRequest`), in bytes.
pub const MAX_ANSWERED: usize = 65_536;

/// Most authors in `attributedTo`, and most aliases in `alsoKnownAs`.
pub const MAX_AUTHORS: usize = 100;

/// Most public keys that are read from one actor.
pub const MAX_KEYS: usize = 16;

/// Most fetches that one incoming activity may cause.
pub const MAX_FETCHES: usize = 20;

/// Of these, most that finding a key may take, and again once more where a signature did not match.
pub const MAX_KEY_FETCHES: usize = 5;

/// Most bytes of all documents together that are fetched for one incoming activity.
pub const MAX_FETCHED: usize = 4_000_000;

/// Longest time that all fetches for one incoming activity take together, a slow body included.
pub const MAX_FETCH_TIME: Duration = Duration::from_secs(30);

/// Most redirects that a fetch follows, each checked like the first address.
pub const MAX_REDIRECTS: usize = 3;

/// How far the signed time may lie from now, either side.
pub const SIGNATURE_WINDOW: Duration = Duration::from_secs(60 * 60);

/// The longest life that a signed `expires` can ask for, counted from the signed time.
pub const SIGNATURE_EXPIRES_MAX: Duration = Duration::from_secs(12 * 60 * 60);

/// Longest `Signature`, `Signature-Input` or `Content-Digest` header that is read, in bytes.
pub const MAX_SIGNATURE_HEADER: usize = 8192;

/// Most headers or components that one signature may cover.
pub const MAX_SIGNED_HEADERS: usize = 32;

/// Most integrity proofs of one document that are looked at; more are refused unread.
pub const MAX_PROOFS: usize = 4;

/// Longest `proofValue`, in bytes; an Ed25519 signature takes at most 89. Base58 costs the square of it.
pub const MAX_PROOF_VALUE: usize = 128;

/// Longest id or URL, in bytes.
pub const MAX_URL: usize = 2048;

/// Longest wait that a `Retry-After` can ask for.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Most links and aliases that are read from one WebFinger answer.
pub const MAX_JRD_LINKS: usize = 100;

/// Most reports (`Flag`) that are taken from one actor within a day. Mastodon sends all of a server as one actor.
pub const MAX_REPORTS_OF_ACTOR: i64 = 100;

/// Most reports that are taken from the actors of one host together within a day.
pub const MAX_REPORTS_OF_HOST: i64 = 200;

/// Most objects of a report that are kept.
pub const MAX_REPORT_OBJECTS: usize = 50;

/// Longest text of a report that is kept, in characters.
pub const MAX_REPORT_TEXT: usize = 5000;

/// Largest register of decisions that is read, in bytes; each of its entries is bounded as a document ([`MAX_BODY`]).
pub const MAX_REGISTER: usize = 64_000_000;

/// Most entries of a register that are read.
pub const MAX_REGISTER_ENTRIES: usize = 100_000;

/// Most keys that are read of a register.
pub const MAX_REGISTER_KEYS: usize = 1000;

/// Most faults of a register that are listed one by one.
pub const MAX_FAULTS: usize = 1000;
