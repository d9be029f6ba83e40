//! Attacks, each by its name: what is answered, what it cost, and that nothing changed. One test an attack, or one row of a
//! table, made with [`named`].

mod answering;
mod blocked;
mod costs;
mod documents;
mod fetching;
mod flooding;
mod handed_on;
mod masks;
mod messages;
mod moving;
mod passing_on;
mod posting;
mod signing;
mod wire;

use crate::inbox::Stage;

/// A row of a table of attacks; its name is printed.
fn named<T>(name: &'static str, attack: T) -> (&'static str, T) {
    println!("attack: {name}");
    (name, attack)
}

#[test]
fn at_least_sixty_attacks_have_a_name() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/attacks");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text: String = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let text: String = text.split_whitespace().collect();
        count += text.matches(concat!("named", "(\"")).count()
            + text.matches(concat!("#[tokio", "::test]")).count();
    }
    println!("{count} named attacks");
    assert!(count >= 60, "{count} named attacks");
}

/// Nothing was stored, and nobody became known beyond `known` actors.
async fn nothing_changed(stage: &Stage, known: i64) {
    stage.work().await;
    assert_eq!(stage.stored().await, (0, known));
    assert_eq!((stage.counts().await, stage.followers().await), ((0, 0, 0, 0), 0));
}
