//! `decision verify`: says what holds of a register, of one entry or of one decision. Files and folders are read without a
//! node, a configuration or a network; an address is fetched by the node that is configured.

use std::path::{Path, PathBuf};

use clap::Args;
use reqwest::header::HeaderValue;
use reset_federation::register::{Keys, Reader, Unreadable, Verdict, verify};
use reset_federation::{json, media_type};
use serde_json::{Value, json};
use url::Url;

use super::{Failure, open, print};
use crate::actions::front_matter::Manuscript;
use crate::ap::fetch::Fetcher;
use crate::app::{App, Clock};

/// Most parts of a register that are fetched.
const MAX_PARTS: usize = 10;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// decisions.json, one entry, the JSON of a decision, a folder that `export` wrote, or the address of any of these.
    #[arg(value_name = "FILE|DIR|URL")]
    what: String,
    /// The keys to verify with, instead of those that the file lists: the saved actor of the coalition, or a register.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// For programs.
    #[arg(long)]
    json: bool,
}

/// Something that was verified: what it is called, the verdict, and what is wrong beside it.
struct Verified {
    name: Option<String>,
    verdict: Verdict,
    /// A word for programs and a sentence each.
    besides: Vec<(&'static str, String)>,
}

pub(super) async fn run(path: &Path, arguments: Arguments) -> Result<(), Failure> {
    let known = arguments.keys.as_deref().map(keys).transpose()?;
    let verified = if arguments.what.starts_with("https://") || arguments.what.starts_with("http://") {
        if !path.exists() {
            return Err(Failure::Said(format!(
                "an address is read by a node, and there is no configuration at {}: name one with --config, or download decisions.json and give the file",
                path.display()
            )));
        }
        let app = open::node(path).await?;
        vec![from_address(&app, &arguments.what).await?]
    } else if Path::new(&arguments.what).is_dir() {
        let mut all = Vec::new();
        for file in registers(Path::new(&arguments.what))? {
            let mut verified = from_file(&file, known.as_ref())?;
            verified.name = Some(file.display().to_string());
            verified.besides = otherwise_told(&file)?;
            all.push(verified);
        }
        all
    } else {
        vec![from_file(Path::new(&arguments.what), known.as_ref())?]
    };
    tell(&verified, arguments.json)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Said(format!("{} cannot be read: {error}", file.display())))
}

fn keys(file: &Path) -> Result<Keys, Failure> {
    let document: Value = serde_json::from_slice(&read(file)?)
        .map_err(|error| Failure::Said(format!("{} is no JSON: {error}", file.display())))?;
    let keys = Keys::of(&document);
    if keys.is_empty() {
        let say = "lists no Ed25519 key: give the actor of the coalition, or its register";
        return Err(Failure::Said(format!("{} {say}", file.display())));
    }
    Ok(keys)
}

fn from_file(file: &Path, known: Option<&Keys>) -> Result<Verified, Failure> {
    let verdict = verify(&read(file)?, known, Clock::System.now());
    let verdict = verdict.map_err(|error| Failure::Said(format!("{}: {error}", file.display())))?;
    Ok(Verified { name: None, verdict, besides: Vec::new() })
}

/// The registers in a folder that `export` wrote.
fn registers(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed =
        |error: std::io::Error| Failure::Said(format!("{} cannot be read: {error}", folder.display()));
    let mut found = vec![folder.join("decisions.json")];
    let coalitions = folder.join("coalitions");
    if coalitions.is_dir() {
        for entry in std::fs::read_dir(&coalitions).map_err(failed)? {
            found.push(entry.map_err(failed)?.path().join("decisions.json"));
        }
    }
    found.retain(|file| file.is_file());
    found.sort();
    if found.is_empty() {
        return Err(Failure::Said(format!(
            "there is no register in {}: give a folder with coalitions/…/decisions.json, or the file itself",
            folder.display()
        )));
    }
    Ok(found)
}

/// The texts beside a register that say something else than its entries: they are what people read.
fn otherwise_told(register: &Path) -> Result<Vec<(&'static str, String)>, Failure> {
    let document: Value = serde_json::from_slice(&read(register)?).unwrap_or_default();
    let entries = document.get("entries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let folder = register.parent().unwrap_or(Path::new("")).join("publications");
    let Ok(files) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut files: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    files.sort();
    let mut told = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "md")) {
        let text = String::from_utf8_lossy(&read(file)?).into_owned();
        let Ok(written) = Manuscript::parse(&text, "text", chrono_tz::Tz::UTC) else { continue };
        let id = written.id.as_deref().and_then(|id| id.rsplit('/').next());
        let of = entries
            .iter()
            .find(|entry| id.is_some() && entry.get("publication").and_then(Value::as_str) == id);
        let Some(entry) = of else { continue };
        let says = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().trim();
        if says("title") != written.title.trim() || says("text") != written.body.trim() {
            let number = entry.get("number").and_then(Value::as_u64).unwrap_or_default();
            told.push(("text", format!("{} does not say what entry {number} says", file.display())));
        }
    }
    Ok(told)
}

/// Fetches what is there; of a coalition its register. Then the keys of the coalition's actor are compared.
async fn from_address(app: &App, address: &str) -> Result<Verified, Failure> {
    let fetcher = Fetcher::of_register(app);
    let mut bytes = get(&fetcher, &register_of(address)).await?;
    let mut reader = Reader::new(app.now());
    let mut next = match reader.read(&bytes) {
        Err(Unreadable::NoEntry) => {
            let of = coalition(&bytes)
                .ok_or_else(|| Failure::Said(format!("{address}: {}", Unreadable::NoEntry)))?;
            bytes = get(&fetcher, &format!("{of}/decisions.json")).await?;
            reader = Reader::new(app.now());
            reader.read(&bytes)
        }
        other => other,
    }
    .map_err(|error| Failure::Said(format!("{address}: {error}")))?;
    for _ in 1..MAX_PARTS {
        let Some(part) = next.take() else { break };
        let bytes = get(&fetcher, &part).await?;
        next = reader.read(&bytes).map_err(|error| Failure::Said(format!("{part}: {error}")))?;
    }
    if let Some(rest) = next {
        return Err(Failure::Said(format!("the register goes on at {rest}: it is longer than is read here")));
    }
    compared(app, &fetcher, &bytes, reader.finish()).await
}

/// The verdict, with the keys that the coalition's own server lists for it.
async fn compared(
    app: &App,
    fetcher: &Fetcher<'_>,
    bytes: &[u8],
    verdict: Verdict,
) -> Result<Verified, Failure> {
    let id: Url = verdict
        .coalition
        .parse()
        .map_err(|_| Failure::Said("it names no coalition, whose keys could be looked at".to_owned()))?;
    let actor = fetcher.document(&id).await.map_err(|error| Failure::Said(format!("{id}: {error}")))?;
    let keys = Keys::of(&actor.value);
    let mut verified = Verified { name: None, verdict, besides: Vec::new() };
    if !verified.verdict.whole {
        verified.verdict =
            verify(bytes, Some(&keys), app.now()).map_err(|error| Failure::Said(error.to_string()))?;
    } else if let Some((key, public)) = verified.verdict.keys.last()
        && keys.public(key).as_ref() != Some(public)
    {
        let said = format!("the last entry is signed by {key}, which is no key of {id} now");
        verified.besides.push(("actor", said));
    }
    Ok(verified)
}

/// `…/decisions` is a page and a collection; the register itself is beside it.
fn register_of(address: &str) -> String {
    match address.trim_end_matches('/') {
        page if page.ends_with("/decisions") => format!("{page}.json"),
        _ => address.to_owned(),
    }
}

async fn get(fetcher: &Fetcher<'_>, address: &str) -> Result<Vec<u8>, Failure> {
    let url: Url =
        address.parse().map_err(|error| Failure::Said(format!("{address} is no address: {error}")))?;
    let accept = HeaderValue::from_static("application/activity+json, application/json");
    let is_wanted = |kind: &str| media_type::is_activity(kind) || kind.starts_with("application/json");
    let got = fetcher.get(&url, accept, true, is_wanted).await;
    Ok(got.map_err(|error| Failure::Said(format!("{address}: {error}")))?.1)
}

/// The id of the coalition whose actor this is.
fn coalition(bytes: &[u8]) -> Option<String> {
    let actor = json::parse(bytes).ok()?;
    let is_group = actor.get("type").and_then(Value::as_str) == Some("Group");
    actor.get("id")?.as_str().filter(|_| is_group).map(str::to_owned)
}

fn tell(all: &[Verified], json: bool) -> Result<(), Failure> {
    if json {
        let told: Vec<Value> = all.iter().map(machine).collect();
        let told = match <[Value; 1]>::try_from(told) {
            Ok([one]) => one,
            Err(several) => Value::Array(several),
        };
        print::value(&told)?;
    } else {
        all.iter().for_each(sentences);
    }
    let holds = all.iter().all(|one| one.verdict.holds() && one.besides.is_empty());
    if holds { Ok(()) } else { Err(Failure::Told) }
}

fn sentences(one: &Verified) {
    let before = one.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    for fault in &one.verdict.faults {
        print::sentence(&format!("{before}{fault}."));
    }
    for (_, besides) in &one.besides {
        print::sentence(&format!("{before}{besides}."));
    }
    if one.verdict.holds() && one.besides.is_empty() {
        print::sentence(&format!("{before}{}", what_holds(&one.verdict)));
    }
}

fn what_holds(verdict: &Verdict) -> String {
    let Some(last) = verdict.last else {
        return format!("The register of {} holds: it has no entry yet.", verdict.coalition);
    };
    let keys: Vec<String> = verdict.keys.iter().map(|(id, public)| format!("{id} ({public})")).collect();
    let since = verdict.since.map(|at| format!(" since {}", at.format("%Y-%m-%d"))).unwrap_or_default();
    let keys = keys.join(", then ");
    match verdict.whole {
        true => {
            let entries =
                if last == 1 { "1 entry".to_owned() } else { format!("{last} entries without a gap") };
            let head = verdict.head.as_deref().unwrap_or_default();
            format!(
                "The register of {} holds: {entries}, signed{since} by {keys}; the last one has the digest {head}.",
                verdict.coalition
            )
        }
        false => format!(
            "Entry {last} of {} holds by itself, signed{since} by {keys}; its place in the chain is told by the whole register.",
            verdict.coalition
        ),
    }
}

fn machine(one: &Verified) -> Value {
    let verdict = &one.verdict;
    let mut faults: Vec<Value> = verdict
        .faults
        .iter()
        .map(
            |fault| json!({"fault": fault.word(), "number": fault.number(), "sentence": format!("{fault}.")}),
        )
        .collect();
    let besides = one
        .besides
        .iter()
        .map(|(word, said)| json!({"fault": word, "number": verdict.last, "sentence": format!("{said}.")}));
    faults.extend(besides);
    json!({
        "holds": faults.is_empty(),
        "file": one.name,
        "coalition": verdict.coalition,
        "entries": verdict.entries,
        "last": verdict.last,
        "digest": verdict.head,
        "whole": verdict.whole,
        "since": verdict.since.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        "keys": verdict.keys.iter().map(|(id, public)| json!({"id": id, "publicKeyMultibase": public})).collect::<Vec<_>>(),
        "faults": faults,
    })
}
