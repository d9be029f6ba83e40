//! The pictures of local actors: what was uploaded, else one drawn from the handle, so that every actor has a face of its own
//! on servers that show avatars and banners.

use std::path::Path as FilePath;

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::routing::get;
use axum::{Router, response::IntoResponse, response::Response};

use crate::app::SharedApp;
use crate::db;
use crate::model;

/// Largest uploaded picture that is served, in bytes.
const MAX_UPLOAD: u64 = 2_000_000;
/// Background and figure: each pair has a contrast of at least 4.5 to 1.
const PALETTES: [[[u8; 3]; 2]; 6] = [
    [[0x1b, 0x3a, 0x57], [0xf4, 0xc9, 0x5d]],
    [[0x2f, 0x4b, 0x3c], [0xf2, 0xe9, 0xd8]],
    [[0x5b, 0x2a, 0x4a], [0xf6, 0xd5, 0xc3]],
    [[0x7a, 0x2e, 0x1f], [0xfb, 0xe3, 0xb6]],
    [[0x23, 0x4e, 0x52], [0xd9, 0xf0, 0xe4]],
    [[0x3a, 0x2f, 0x63], [0xe3, 0xdc, 0xff]],
];

/// `/pictures/{handle}/icon.png` (400 × 400) and `/pictures/{handle}/banner.png` (1500 × 500).
pub fn routes() -> Router<SharedApp> {
    Router::new().route("/pictures/{handle}/{file}", get(picture))
}

async fn picture(State(app): State<SharedApp>, Path((handle, file)): Path<(String, String)>) -> Response {
    let (width, height) = match file.as_str() {
        "icon.png" => (400, 400),
        "banner.png" => (1500, 500),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let wanted = handle.clone();
    let found = app.db.read(move |conn| {
        let actor = model::actor::by_handle(conn, &wanted)?;
        let coalition = model::coalition::by_handle(conn, &wanted)?;
        Ok::<_, db::Error>(actor.map(|_| coalition.and_then(|(_, coalition)| coalition.icon)))
    });
    let icon = match found.await {
        Ok(Some(icon)) => icon,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a picture could not be looked up");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    if let (Some(name), "icon.png") = (icon, file.as_str())
        && let Some(bytes) = uploaded(&app.config.media.path, &name).await
    {
        return image(bytes);
    }
    let drawn = tokio::task::spawn_blocking(move || draw(&handle, width, height)).await;
    match drawn {
        Ok(Ok(bytes)) => image(bytes),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A file of the media folder by its bare name; anything else than a name is not looked for.
async fn uploaded(folder: &FilePath, name: &str) -> Option<Vec<u8>> {
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return None;
    }
    let path = folder.join(name);
    let size = tokio::fs::metadata(&path).await.ok()?.len();
    if size > MAX_UPLOAD {
        return None;
    }
    tokio::fs::read(path).await.ok()
}

fn image(bytes: Vec<u8>) -> Response {
    let kind = match bytes.get(..3) {
        Some([0xff, 0xd8, 0xff]) => "image/jpeg",
        _ => "image/png",
    };
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, bytes).into_response()
}

/// A mirrored 5 × 5 figure in two colours, both chosen by the handle. A banner repeats it, smaller.
fn draw(handle: &str, width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let seed = hash(handle);
    let [back, figure] = PALETTES.get((seed % 6) as usize).copied().unwrap_or_default();
    let cell = if width == height { width / 7 } else { 24 };
    let tile = cell * 7;
    let mut pixels = Vec::with_capacity((width * height) as usize);
    for y in 0..height {
        for x in 0..width {
            pixels.push(u8::from(is_figure(seed, (x % tile) / cell, (y % tile) / cell)));
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette([back, figure].concat());
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

/// Whether the cell belongs to the figure: columns 1 to 5 and rows 1 to 5, mirrored left to right; the rest is margin.
fn is_figure(seed: u64, column: u32, row: u32) -> bool {
    if !(1..=5).contains(&column) || !(1..=5).contains(&row) {
        return false;
    }
    let mirrored = column.min(6 - column) - 1;
    let bit = 8 + (row - 1) * 3 + mirrored;
    (seed >> bit) & 1 == 1
}

/// FNV-1a: the picture of a handle must be the same for ever.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn every_handle_has_a_picture_of_its_own_and_always_the_same() {
        let icon = draw("communs", 400, 400).unwrap();
        assert_eq!(icon, draw("communs", 400, 400).unwrap());
        assert_ne!(icon, draw("reset", 400, 400).unwrap());
        assert!(icon.len() < 20_000 && draw("reset", 1500, 500).unwrap().len() < 60_000);
    }
}
