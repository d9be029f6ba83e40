//! The pictures that other sites show beside a link to a publication or a coalition: kind, state, title, coalition and its
//! ring of qualities, in the coalition's own colour. Drawn when they are asked for, on a blocking thread, few at a time, and
//! kept in memory under what they say, so that a kept one is never out of date.

use std::sync::{Arc, LazyLock};

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use moka::sync::Cache;
use tokio::sync::Semaphore;

use super::error::Error;
use super::pictures::{self, DIM, SHADES};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::coalition::Quality;
use crate::model::{coalition, publication};
use crate::text::summary::{self, Context};
use crate::text::{Lang, dates, t, tf, word};

/// Width and height in pixels: what sites that show such pictures ask for.
pub(super) const SIZE: (u32, u32) = (1200, 630);
/// The margin, in pixels.
const MARGIN: f32 = 72.0;
/// All that is kept, in bytes: some three hundred pictures.
const MAX_ALL: u64 = 8 * 1024 * 1024;
/// How many are drawn at one time.
const AT_ONCE: usize = 2;
/// How bright what stands beside the title is.
const SOFT: f32 = 0.78;

/// Inter SemiBold 4.0, its Latin letters; under the SIL Open Font License (font/OFL.txt).
static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("font/Inter-SemiBold.otf")).ok());

/// Everything that a picture shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Scene {
    /// Chooses the colour.
    handle: String,
    /// Kind and state.
    head: String,
    title: String,
    /// Whose it is.
    whose: String,
    node: String,
    /// The qualities that are sought.
    lit: [bool; 7],
}

struct Drawn {
    kept: Cache<Scene, Bytes>,
    places: Arc<Semaphore>,
}

impl Default for Drawn {
    fn default() -> Drawn {
        let weigh = |_: &Scene, bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Drawn {
            kept: Cache::builder().max_capacity(MAX_ALL).weigher(weigh).build(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// `/coalitions/{handle}/preview.png` and `/publications/{id}/preview.png`.
pub(super) fn routes() -> Router<SharedApp> {
    Router::new()
        .route("/coalitions/{handle}/preview.png", get(of_coalition))
        .route("/publications/{id}/preview.png", get(of_publication))
}

async fn of_coalition(State(app): State<SharedApp>, Path(handle): Path<String>) -> Result<Response, Error> {
    let (node, domain) = (app.config.node.name.clone(), app.urls.domain().to_owned());
    let scene = app.db.read(move |conn| {
        let (actor, coalition) = coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        let lang = Lang::of_tag(&coalition.language).unwrap_or_default();
        let label = match &coalition.number {
            Some(number) => tf(lang, "coalition-number", &[("number", number.into())]),
            None => t(lang, "coalition-label").to_owned(),
        };
        Ok::<_, Error>(Scene {
            head: format!("{label} · {}", word(lang, "stage", coalition.stage.as_str())),
            title: coalition.name(&actor.handle),
            whose: format!("@{}@{domain}", actor.handle),
            node,
            lit: lit(conn, actor.id)?,
            handle: actor.handle,
        })
    });
    answer(&app, scene.await?).await
}

async fn of_publication(State(app): State<SharedApp>, Path(id): Path<String>) -> Result<Response, Error> {
    let (node, zone, at) = (app.config.node.name.clone(), dates::zone(&app.config.node.timezone), app.now());
    let scene = app.db.read(move |conn| {
        let found = publication::find(conn, &id)?.filter(publication::Publication::is_public);
        let found = found.ok_or(Error::NotFound)?;
        let lang = Lang::of_tag(&found.row.language).unwrap_or_default();
        let context = Context { zone, at, number: found.decision_number };
        Ok::<_, Error>(Scene {
            head: summary::head(lang, &found.content(), context),
            whose: found.coalition.name(&found.actor.handle),
            lit: lit(conn, found.actor.id)?,
            handle: found.actor.handle,
            title: found.row.title,
            node,
        })
    });
    answer(&app, scene.await?).await
}

fn lit(conn: &mut Conn, coalition: i64) -> Result<[bool; 7], Error> {
    let sought = coalition::lists(conn, coalition)?.qualities;
    let mut lit = [false; 7];
    lit.iter_mut().zip(Quality::ALL).for_each(|(lit, quality)| *lit = sought.contains(quality));
    Ok(lit)
}

/// The kept picture of a scene, or a new one.
async fn answer(app: &SharedApp, scene: Scene) -> Result<Response, Error> {
    let drawn = app.caches.of::<Drawn>();
    if let Some(bytes) = drawn.kept.get(&scene) {
        return Ok(png(bytes));
    }
    let Ok(_place) = drawn.places.clone().acquire_owned().await else {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    };
    // Somebody may have waited for the same.
    if let Some(bytes) = drawn.kept.get(&scene) {
        return Ok(png(bytes));
    }
    let shown = scene.clone();
    match tokio::task::spawn_blocking(move || draw(&shown)).await {
        Ok(Ok(bytes)) => {
            let bytes = Bytes::from(bytes);
            drawn.kept.insert(scene, bytes.clone());
            Ok(png(bytes))
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a preview could not be drawn");
            Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
        Err(_) => Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    }
}

fn png(bytes: Bytes) -> Response {
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, bytes).into_response()
}

/// Shades from the background (0) to white, row by row.
struct Canvas {
    shades: Vec<u8>,
}

impl Canvas {
    fn light(&mut self, x: i64, y: i64, light: f32) {
        let (width, height) = (i64::from(SIZE.0), i64::from(SIZE.1));
        if !(0..width).contains(&x) || !(0..height).contains(&y) {
            return;
        }
        let place = usize::try_from(y * width + x).ok().and_then(|place| self.shades.get_mut(place));
        if let Some(shade) = place {
            *shade = (*shade).max((light.clamp(0.0, 1.0) * f32::from(SHADES)) as u8);
        }
    }

    /// A line of text whose letters stand on `y`.
    fn text(&mut self, font: &FontRef<'_>, line: &str, size: f32, (mut x, y): (f32, f32), light: f32) {
        let scaled = font.as_scaled(PxScale::from(size));
        for id in glyphs(font, line) {
            let glyph = id.with_scale_and_position(size, ab_glyph::point(x, y));
            x += scaled.h_advance(id);
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|dx, dy, cover| {
                    let (x, y) = (corner.x as i64 + i64::from(dx), corner.y as i64 + i64::from(dy));
                    self.light(x, y, cover * light);
                });
            }
        }
    }

    /// The ring of qualities.
    fn ring(&mut self, (cx, cy): (f32, f32), radius: f32, lit: [bool; 7]) {
        let size = radius * 0.29;
        let reach = size.ceil() as i64 + 1;
        for (n, lit) in (0_u8..).zip(lit) {
            let angle = (f32::from(n) / 7.0 - 0.25) * std::f32::consts::TAU;
            let (x, y) = (cx + radius * angle.cos(), cy + radius * angle.sin());
            for px in x as i64 - reach..=x as i64 + reach {
                for py in y as i64 - reach..=y as i64 + reach {
                    let away = (px as f32 + 0.5 - x).hypot(py as f32 + 0.5 - y);
                    self.light(px, py, (size - away + 0.5).clamp(0.0, 1.0) * if lit { 1.0 } else { DIM });
                }
            }
        }
    }
}

/// The letters that the font has; the others are left out.
fn glyphs<'a>(font: &'a FontRef<'_>, text: &'a str) -> impl Iterator<Item = ab_glyph::GlyphId> + 'a {
    let letters = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    letters.map(|c| font.glyph_id(c)).filter(|id| id.0 != 0)
}

fn width(font: &FontRef<'_>, text: &str, size: f32) -> f32 {
    let scaled = font.as_scaled(PxScale::from(size));
    glyphs(font, text).map(|id| scaled.h_advance(id)).sum()
}

/// The lines of a text, none wider than `room`; `None` where it needs more than `most`.
fn lines(font: &FontRef<'_>, text: &str, size: f32, room: f32, most: usize) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(font, &longer, size) <= room {
            line = longer;
            continue;
        }
        if width(font, word, size) > room {
            return None;
        }
        lines.push(std::mem::replace(&mut line, word.to_owned()));
    }
    lines.push(line);
    lines.retain(|line| !line.is_empty());
    (lines.len() <= most).then_some(lines)
}

/// A text on one line, cut where it is too long.
fn one_line(font: &FontRef<'_>, text: &str, size: f32, room: f32) -> String {
    if width(font, text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let cut = |n: usize| letters.iter().take(n).collect::<String>().trim_end().to_owned() + "…";
    let fits = (1..letters.len()).rev().map(cut).find(|cut| width(font, cut, size) <= room);
    fits.unwrap_or_default()
}

/// The largest letters with which the title fits, and its lines.
fn title(font: &FontRef<'_>, text: &str, room: f32) -> (f32, Vec<String>) {
    let sizes = [(84.0, 2), (72.0, 3), (60.0, 3), (52.0, 4), (44.0, 5)];
    let fitting =
        sizes.into_iter().find_map(|(size, most)| Some((size, lines(font, text, size, room, most)?)));
    fitting.unwrap_or_else(|| {
        // More than any title should have: what stands on four lines.
        let cut = summary::cut(text, 150);
        let kept = lines(font, &cut, 44.0, room, 5);
        (44.0, kept.unwrap_or_else(|| vec![one_line(font, text, 44.0, room)]))
    })
}

#[derive(Debug, thiserror::Error)]
enum Undrawn {
    #[error("the letters cannot be read")]
    Letters,
    #[error(transparent)]
    Encoding(#[from] png::EncodingError),
}

fn draw(scene: &Scene) -> Result<Vec<u8>, Undrawn> {
    let font = FONT.as_ref().ok_or(Undrawn::Letters)?;
    let (wide, high) = (SIZE.0 as f32, SIZE.1 as f32);
    let room = wide - 2.0 * MARGIN;
    let mut canvas = Canvas { shades: vec![0; (SIZE.0 * SIZE.1) as usize] };
    let head = one_line(font, &scene.head, 34.0, room);
    canvas.text(font, &head, 34.0, (MARGIN, MARGIN + 30.0), SOFT);
    let (size, lines) = title(font, &scene.title, room);
    let mut y = MARGIN + 60.0 + size;
    for line in &lines {
        canvas.text(font, line, size, (MARGIN, y), 1.0);
        y += size * 1.16;
    }
    let beside = room - 240.0;
    let whose = one_line(font, &scene.whose, 34.0, beside);
    canvas.text(font, &whose, 34.0, (MARGIN, high - MARGIN - 44.0), 1.0);
    let node = one_line(font, &scene.node, 28.0, beside);
    canvas.text(font, &node, 28.0, (MARGIN, high - MARGIN), SOFT);
    canvas.ring((wide - MARGIN - 76.0, high - MARGIN - 62.0), 66.0, scene.lit);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(pictures::palette(&scene.handle));
    encoder.write_header()?.write_image_data(&canvas.shades)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn scene(title: &str) -> Scene {
        Scene {
            handle: "communs".to_owned(),
            head: "Proposition · ouverte jusqu’au 12 décembre 2026".to_owned(),
            title: title.to_owned(),
            whose: "Des communs numériques pour les services publics".to_owned(),
            node: "Région Exemple".to_owned(),
            lit: [true, false, true, true, false, true, true],
        }
    }

    #[test]
    fn a_picture_is_small_whatever_its_title() {
        for title in ["Oui", "", "Ωδή στη χαρά", &"Mutualiser les formulaires ".repeat(30), &"x".repeat(5000)]
        {
            let bytes = draw(&scene(title)).unwrap();
            assert!((1_000..60_000).contains(&bytes.len()), "{} bytes for {title:.20}", bytes.len());
        }
    }

    #[test]
    fn no_line_is_wider_than_its_room_and_no_word_is_lost() {
        let font = FONT.as_ref().unwrap();
        let text = "Partager les modèles de clauses d’achat responsable entre toutes les collectivités";
        let (size, lines) = title(font, text, 1056.0);
        assert!(lines.iter().all(|line| width(font, line, size) <= 1056.0));
        assert_eq!(lines.join(" "), text);
        assert!(one_line(font, text, 34.0, 300.0).ends_with('…'));
    }

    #[test]
    fn the_font_has_the_letters_of_french_and_of_its_neighbours() {
        let font = FONT.as_ref().unwrap();
        for letter in "éèêëàâçîïôûùüÿœæÉÀÇŒ«»“”‘’–—…·°№€ñßłőşţãõåøþ".chars()
        {
            assert_ne!(font.glyph_id(letter).0, 0, "{letter}");
        }
    }
}
