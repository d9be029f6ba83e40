//! The pictures of local actors: what was uploaded, else one drawn from the handle, so that every actor has a face of its own
//! on servers that show avatars and banners.

use std::path::Path as FilePath;

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::routing::get;
use axum::{Router, response::IntoResponse, response::Response};

use crate::app::SharedApp;
use crate::db;
use crate::domain::coalition::Quality;
use crate::model;

/// Largest uploaded picture that is served, in bytes.
const MAX_UPLOAD: u64 = 2_000_000;
/// Steps between the background and the dots.
pub(super) const SHADES: u8 = 63;
/// How bright the dot of a quality is that the coalition does not seek.
pub(super) const DIM: f32 = 0.25;

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
        let Some((_, coalition)) = model::coalition::by_handle(conn, &wanted)? else {
            return Ok::<_, db::Error>(actor.map(|_| (None, [true; 7])));
        };
        let sought = model::coalition::lists(conn, coalition.actor_id)?.qualities;
        let mut lit = [false; 7];
        lit.iter_mut().zip(Quality::ALL).for_each(|(lit, quality)| *lit = sought.contains(quality));
        Ok(Some((coalition.icon, lit)))
    });
    let (icon, lit) = match found.await {
        Ok(Some(found)) => found,
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
    let drawn = tokio::task::spawn_blocking(move || draw(&handle, lit, width, height)).await;
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

/// A ring of seven dots, one a quality, the lit ones bright, on a colour of the handle's own. In a banner it stands to the
/// right, away from the avatar.
fn draw(handle: &str, lit: [bool; 7], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let (w, h) = (width as f32, height as f32);
    let (center, radius) =
        if width == height { ((w / 2.0, h / 2.0), w * 0.31) } else { ((w * 0.84, h * 0.5), h * 0.33) };
    let size = radius * 0.29;
    let dots = [0_u8, 1, 2, 3, 4, 5, 6].map(|n| {
        let angle = (f32::from(n) / 7.0 - 0.25) * std::f32::consts::TAU;
        (center.0 + radius * angle.cos(), center.1 + radius * angle.sin())
    });
    let mut pixels = Vec::with_capacity((width * height) as usize);
    for y in 0..height {
        for x in 0..width {
            let shade = dots.iter().zip(lit).map(|((dot_x, dot_y), lit)| {
                let distance = (x as f32 + 0.5 - dot_x).hypot(y as f32 + 0.5 - dot_y);
                (size - distance + 0.5).clamp(0.0, 1.0) * if lit { 1.0 } else { DIM }
            });
            pixels.push((shade.fold(0.0, f32::max) * f32::from(SHADES)) as u8);
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette(handle));
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

/// From a dark colour, whose hue the handle chooses, to white.
pub(super) fn palette(handle: &str) -> Vec<u8> {
    let hue = (hash(handle) % 360) as f32 / 60.0;
    let channel = |shift: f32| {
        let place = (hue + shift).rem_euclid(6.0);
        // A dark, half-saturated colour: every channel lies between 0.14 and 0.50.
        0.14 + 0.36 * (2.0 - (place - 3.0).abs()).clamp(0.0, 1.0)
    };
    let back = [channel(3.0), channel(1.0), channel(5.0)];
    let blend = |shade: u8| {
        let part = f32::from(shade) / f32::from(SHADES);
        back.map(|channel| ((channel + (1.0 - channel) * part) * 255.0) as u8)
    };
    (0..=SHADES).flat_map(blend).collect()
}

/// FNV-1a: the picture of a handle must be the same for ever.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn every_handle_has_a_picture_of_its_own_and_always_the_same() {
        let icon = draw("communs", [true; 7], 400, 400).unwrap();
        assert_eq!(icon, draw("communs", [true; 7], 400, 400).unwrap());
        assert_ne!(icon, draw("reset", [true; 7], 400, 400).unwrap());
        assert_ne!(icon, draw("communs", [false; 7], 400, 400).unwrap());
        let banner = draw("communs", [true; 7], 1500, 500).unwrap();
        assert!(icon.len() < 20_000 && banner.len() < 40_000);
    }
}
