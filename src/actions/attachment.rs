//! Files that go with a publication: read beside the manuscript, kept in the media folder under their digest.

use std::path::{Component, Path};

use aws_lc_rs::digest;

use super::Error;
use super::front_matter::{Manuscript, Source};
use crate::app::App;
use crate::domain::publication::Attachment;

/// Largest file, in bytes: it is served whole from memory.
pub const MAX_FILE: u64 = 10_000_000;
/// Most files and links of one publication.
pub const MAX_ATTACHMENTS: usize = 20;
/// Where they are in the media folder.
const FOLDER: &str = "attachments";

/// Reads the files that a manuscript names (relative to `folder`) and fills in its attachments; where `keep` is false, nothing
/// is written.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn take(app: &App, folder: &Path, manuscript: &mut Manuscript, keep: bool) -> Result<(), Error> {
    if manuscript.enclosed.len() > MAX_ATTACHMENTS {
        let found = manuscript.enclosed.len();
        return Err(Error::Refused(format!("there are {found} attachments: at most {MAX_ATTACHMENTS}")));
    }
    manuscript.attachments.clear();
    for enclosed in &manuscript.enclosed {
        let name = enclosed.name.clone();
        manuscript.attachments.push(match &enclosed.source {
            Source::Url(url) => Attachment {
                name: name.unwrap_or_else(|| url.clone()),
                media_type: media_type(url.split(['?', '#']).next().unwrap_or_default()).to_owned(),
                digest: None,
                file: None,
                size: None,
                url: Some(url.clone()),
                role: enclosed.role,
            },
            Source::File(path) => {
                let bytes = read(folder, path).await?;
                let file = file_name(path);
                let digest = hex(&bytes);
                if keep {
                    write(app, &digest, &bytes).await?;
                }
                Attachment {
                    name: name.unwrap_or_else(|| file.clone()),
                    media_type: media_type(&file).to_owned(),
                    digest: Some(digest),
                    file: Some(file),
                    size: i64::try_from(bytes.len()).ok(),
                    url: None,
                    role: enclosed.role,
                }
            }
        });
    }
    Ok(())
}

/// The file in the media folder with this digest.
pub fn path(app: &App, digest: &str) -> std::path::PathBuf {
    app.config.media.path.join(FOLDER).join(digest)
}

async fn read(folder: &Path, path: &str) -> Result<Vec<u8>, Error> {
    let within =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !within {
        return Err(Error::Refused(format!(
            "the attachment `{path}` is not beside the manuscript: give a path relative to it, without `..`"
        )));
    }
    let full = folder.join(path);
    let failed = |why: String| Error::Refused(format!("the attachment {} {why}", full.display()));
    let about =
        tokio::fs::metadata(&full).await.map_err(|error| failed(format!("cannot be read: {error}")))?;
    if !about.is_file() || about.len() > MAX_FILE {
        return Err(failed(format!("must be a file of at most {} MB", MAX_FILE / 1_000_000)));
    }
    tokio::fs::read(&full).await.map_err(|error| failed(format!("cannot be read: {error}")))
}

async fn write(app: &App, digest: &str, bytes: &[u8]) -> Result<(), Error> {
    let to = path(app, digest);
    let part = to.with_extension("part");
    let written = async {
        if tokio::fs::metadata(&to).await.is_ok_and(|about| about.len() == bytes.len() as u64) {
            return Ok(());
        }
        if let Some(folder) = to.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        tokio::fs::write(&part, bytes).await?;
        tokio::fs::rename(&part, &to).await
    };
    written.await.map_err(|error: std::io::Error| {
        Error::Refused(format!(
            "an attachment cannot be written to {}: {error}: make media.path writable",
            app.config.media.path.display()
        ))
    })
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The last part of a path as it may stand in a URL and in a header: ASCII letters, digits, `.`, `-` and `_`.
fn file_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let name: String = name.chars().map(plain).collect();
    let keep = name.char_indices().rev().nth(99).map_or(0, |(at, _)| at);
    let name = name.get(keep..).unwrap_or_default().trim_matches(['.', '-']).to_owned();
    if name.is_empty() { "file".to_owned() } else { name }
}

/// The media type of a file by its name; what is not known is bytes.
fn media_type(name: &str) -> &'static str {
    let (_, ending) = name.rsplit_once('.').unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "ics" => "text/calendar",
        "json" => "application/json",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_in_a_url_is_plain() {
        let cases = [
            ("slides.pdf", "slides.pdf"),
            ("a/b/Compte rendu (été).pdf", "Compte-rendu---t--.pdf"),
            ("../..", "file"),
            ("\"x\r\n.pdf", "x--.pdf"),
        ];
        for (path, name) in cases {
            assert_eq!(file_name(path), name, "{path}");
        }
        assert_eq!(file_name(&format!("{}.pdf", "a".repeat(300))).len(), 100);
        assert_eq!(
            (media_type("A.PDF"), media_type("page.html")),
            ("application/pdf", "application/octet-stream")
        );
    }
}
