//! Slow clients against the timeouts of a real server.

use std::time::{Duration, Instant};

use e2e::raw::{Reply, drip};
use e2e::{System, assert_took, figure};

#[tokio::test]
async fn s37_a_dripping_client_is_disconnected_within_ten_seconds() {
    let system = System::start().await;
    let address = system.node().address;
    let timed = async |beginning: &[u8]| -> (Reply, Duration) {
        let start = Instant::now();
        (drip(address, beginning).await, start.elapsed())
    };
    let body = b"POST /v1/auth/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
                 content-length: 5000\r\n\r\n{";
    let (line, header, body) = tokio::join!(
        timed(b"GET /livez HT"),
        timed(b"GET /livez HTTP/1.1\r\nhost: a\r\nx: "),
        timed(body),
    );
    let limit = Duration::from_secs(10);
    for (_, took) in [&line, &header, &body] {
        assert_took(*took, limit);
    }
    assert_eq!(body.0.status, Some(408), "{body:?}");
    assert!(body.0.text.contains("\"request-timeout\""), "{body:?}");
    let slowest = line.1.max(header.1).max(body.1);
    figure("S37", &format!("closed after {slowest:.1?} at the latest"));
    system.visitor().get("/livez").send().await.expect(200);
}
