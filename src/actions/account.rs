//! Accounts: a person of this node, with a password or, until sign-in exists, without one.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, SaltString};

use super::{Act, Error, take_handle};
use crate::app::{App, random_bytes};
use crate::domain::actor::ActorKind;
use crate::model::account::{self, Account};

/// Shortest password, in characters (NIST SP 800-63B asks for 8 at least, and for no rule of composition).
const SHORTEST: usize = 10;

/// What is known of a new account.
#[derive(Clone)]
pub struct NewAccount {
    /// Its handle.
    pub username: String,
    /// Unique.
    pub email: String,
    /// Whether it administers the node.
    pub admin: bool,
    /// In plain text; only its hash is kept.
    pub password: Option<String>,
}

/// Creates an account. The id of its actor.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn create(app: &App, new: NewAccount) -> Result<String, Error> {
    let email = new.email.trim().to_lowercase();
    check_email(&email)?;
    let password_hash = match new.password {
        None => None,
        Some(password) => Some(hash(password).await?),
    };
    let act = Act::now(app);
    let id = app.urls.actor(ActorKind::Person, &new.username);
    let (username, admin) = (new.username, new.admin);
    app.db
        .write(move |conn| {
            if account::has_email(conn, &email)? {
                return Err(Error::Refused(format!("`{email}` has an account already")));
            }
            let row = Account {
                actor_id: take_handle(conn, &act, &username, ActorKind::Person)?,
                email,
                name: username,
                password_hash,
                admin,
            };
            Ok::<_, Error>(account::insert(conn, &row)?)
        })
        .await?;
    Ok(id)
}

fn check_email(email: &str) -> Result<(), Error> {
    let good = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains(char::is_whitespace)
    });
    if good {
        return Ok(());
    }
    Err(Error::Refused(format!("`{email}` is no e-mail address: write name@example.org")))
}

/// Argon2id with the crate's parameters (OWASP's second choice: 19 MiB, 2 passes), on a blocking thread.
async fn hash(password: String) -> Result<String, Error> {
    if password.chars().count() < SHORTEST {
        return Err(Error::Refused(format!("the password is short: use at least {SHORTEST} characters")));
    }
    let failed = |what: String| Error::Refused(format!("the password could not be hashed: {what}"));
    let work = move || {
        let bytes: [u8; 16] = random_bytes().ok_or("the system gave no random bytes")?;
        let salt = SaltString::encode_b64(&bytes).map_err(|error| error.to_string())?;
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|error| error.to_string())
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| failed(error.to_string()))?.map_err(failed)
}
