//! The bytes of a body.

use futures_util::TryStreamExt;
use hyper::body::Bytes;
use poem::Body;
use poem::error::ReadBodyError;

/// All bytes of a body, up to so many.
///
/// A body that has come at once, as most do, is not copied. The buffer of `Body::into_bytes_limit` would be
/// part of whatever waits for it, which is moved around with every request.
pub(crate) async fn whole(body: Body, bytes_max: usize) -> Result<Bytes, ReadBodyError> {
    let fits =
        |n_bytes| if n_bytes > bytes_max { Err(ReadBodyError::PayloadTooLarge) } else { Ok(()) };
    let mut chunks = body.into_bytes_stream();
    let Some(first) = chunks.try_next().await? else { return Ok(Bytes::new()) };
    fits(first.len())?;
    let Some(second) = chunks.try_next().await? else { return Ok(first) };
    // In one piece, however small the chunks are.
    let mut whole = first.to_vec();
    let mut next = Some(second);
    while let Some(chunk) = next {
        fits(whole.len() + chunk.len())?;
        whole.extend_from_slice(&chunk);
        next = chunks.try_next().await?;
    }
    Ok(whole.into())
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn read(chunks: &[&'static str], bytes_max: usize) -> Result<Bytes, ReadBodyError> {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(*chunk)).collect();
        whole(Body::from_bytes_stream(stream::iter(chunks)), bytes_max).await
    }

    #[tokio::test]
    async fn a_body_is_read_to_its_end_however_it_comes() {
        for chunks in [&[][..], &["{}"], &["{", "", "}"], &["{", "\"a\"", ":1", "}"]] {
            assert_eq!(read(chunks, 7).await.unwrap(), chunks.concat());
        }
    }

    #[tokio::test]
    async fn one_byte_too_many_is_refused_in_whichever_chunk_it_comes() {
        for chunks in [&["12345678"][..], &["1234567", "8"], &["1", "234567", "8", "9"]] {
            let refused = read(chunks, 7).await;
            assert!(matches!(refused, Err(ReadBodyError::PayloadTooLarge)), "{refused:?}");
        }
    }
}
