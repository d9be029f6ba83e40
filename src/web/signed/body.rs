//! The body of a POST within its bounds, before anybody looks at it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use http_body_util::BodyExt;
use reset_federation::limits::{DRAIN_TIME, MAX_BODY, MAX_DRAIN};

use super::{Refused, Why};

/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(20);

/// Reads at most 1 MB, in at most 20 seconds. Of a larger body up to 4 MB or 2 seconds are thrown away, so that its sender reads the answer.
///
/// # Errors
/// [`Refused::TooLarge`], or [`Refused::Malformed`] where the connection broke off.
pub async fn bounded(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let slow = |_| Refused::Malformed(Why::new("body_too_slow", "the body took too long"));
    tokio::time::timeout(BODY_TIME, read(headers, body)).await.map_err(slow)?
}

async fn read(headers: &HeaderMap, mut body: Body) -> Result<Bytes, Refused> {
    let announced = headers
        .get(axum::http::header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        drain(body, 0).await;
        return Err(Refused::TooLarge);
    }
    let mut first = Bytes::new();
    let mut rest: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| Refused::Malformed(Why::new("body_broke_off", "the body broke off")))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + rest.len() + data.len() > MAX_BODY {
            drain(body, first.len() + rest.len() + data.len()).await;
            return Err(Refused::TooLarge);
        }
        match first.is_empty() {
            true => first = data,
            false => rest.extend_from_slice(&data),
        }
    }
    if rest.is_empty() {
        return Ok(first);
    }
    let mut whole = Vec::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&rest);
    Ok(whole.into())
}

/// Throws away what is left of a body, up to 4 MB or 2 seconds, so that its sender reads the answer.
pub async fn drain(mut body: Body, mut read: usize) {
    let reading = async {
        while read < MAX_DRAIN
            && let Some(Ok(frame)) = body.frame().await
        {
            read += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    // When time is up the connection closes with whatever was read.
    let _ = tokio::time::timeout(DRAIN_TIME, reading).await;
}
