//! Clients that occupy the server, or send what a proxy and the server could read differently.

use super::*;

#[tokio::test]
async fn s36_a_request_names_one_host_and_its_lines_end_as_lines_do() {
    let server = start(quick()).await;
    for bad in [
        "GET /livez HTTP/1.1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\nHost: b\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a b\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: ana@b\r\n\r\n",
    ] {
        let reply = server.send(bad.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 400 "), "{bad:?} {reply:?}");
        assert!(reply.contains("application/problem+json"), "{reply}");
        assert!(reply.contains("/header/Host"), "{reply}");
    }
    for bad in [
        "GET /livez HTTP/1.1\nhost: a\n\n",
        "GET /livez HTTP/1.1\r\nhost: a\nx: y\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\n\n",
    ] {
        for before in ["", "GET /livez HTTP/1.1\r\nhost: a\r\n\r\n"] {
            let reply = server.send(format!("{before}{bad}").as_bytes()).await;
            let answers: Vec<_> = reply.matches("HTTP/1.1 ").collect();
            assert_eq!(answers.len(), if before.is_empty() { 1 } else { 2 }, "{bad:?} {reply:?}");
            assert!(reply.contains("HTTP/1.1 400 "), "{bad:?} {reply:?}");
        }
    }
    for good in ["GET /livez HTTP/1.0\r\n\r\n", "GET /livez HTTP/1.1\r\nhost: [::1]:80\r\n\r\n"] {
        let reply = server.send(good.as_bytes()).await;
        assert!(reply.contains(" 200 OK\r\n"), "{good:?} {reply:?}");
    }
}

#[tokio::test]
async fn s37_a_body_that_keeps_coming_is_not_waited_for_for_ever() {
    let limits =
        Limits { body_within: WAIT_MAX, body_at_most: Duration::from_millis(400), ..quick() };
    let server = start(limits).await;
    let mut socket = server.connect().await;
    socket.write_all(&echo("content-length: 60000\r\n", "{")).await.unwrap();
    let (mut reading, mut writing) = socket.split();
    let sending = async {
        while writing.write_all(&[b' '; 50]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut reply = vec![0; 4_096];
    let answered = tokio::select! {
        n = reading.read(&mut reply) => n.unwrap(),
        () = sending => unreachable!("sending goes on"),
        () = tokio::time::sleep(WAIT_MAX / 2) => panic!("waited for"),
    };
    let reply = String::from_utf8_lossy(&reply[..answered]).into_owned();
    assert!(reply.starts_with("HTTP/1.1 408 "), "{reply:?}");
}

#[tokio::test]
async fn s37_a_client_that_does_not_take_its_answers_is_not_waited_for() {
    let limits =
        Limits { connections_max: 1, answer_within: Duration::from_millis(400), ..quick() };
    let server = start(limits).await;
    let mut deaf = server.connect().await;
    // More than sockets hold.
    let many = "GET /docs HTTP/1.1\r\nhost: a\r\n\r\n".repeat(20);
    deaf.write_all(many.as_bytes()).await.unwrap();
    // There is room for another connection only when this one has ended.
    let reply = server.send(b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply:?}");
}

#[tokio::test]
async fn s37_one_address_does_not_take_all_connections() {
    let address_share = NonZeroUsize::new(4).unwrap();
    let server = start(Limits { connections_max: 8, address_share, ..Limits::default() }).await;
    let healthy = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let mut has = [server.connect().await, server.connect().await];
    for socket in &mut has {
        socket.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        read_until(socket, "ok\n").await;
    }
    assert_eq!(read_to_end(&mut server.connect().await).await, "", "its share is taken");
    let other = tokio::net::TcpSocket::new_v4().unwrap();
    other.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = other.connect(server.address).await.unwrap();
    other.write_all(healthy).await.unwrap();
    assert!(read_to_end(&mut other).await.starts_with("HTTP/1.1 200 "));
    drop(has);
    // The server notices when it does.
    let again = async { while !server.send(healthy).await.starts_with("HTTP/1.1 200 ") {} };
    tokio::time::timeout(WAIT_MAX, again).await.expect("its share was given back");
}

#[tokio::test]
async fn s37_behind_a_trusted_proxy_each_address_has_its_share() {
    let address_share = NonZeroUsize::new(4).unwrap();
    let proxies = "127.0.0.0/8".parse().unwrap();
    let server = start(Limits { connections_max: 8, address_share, proxies, ..quick() }).await;
    let ask = |path: &str, client: &str| {
        let lines = ["host: a", "connection: close", &format!("x-forwarded-for: {client}")];
        format!("GET {path} HTTP/1.1\r\n{}\r\n\r\n", lines.join("\r\n")).into_bytes()
    };
    let mut stuck = Vec::new();
    for _ in 0..2 {
        let mut socket = server.connect().await;
        socket.write_all(&ask("/v1/fail/stuck", "192.0.2.7")).await.unwrap();
        stuck.push(socket);
    }
    is_slow(2).await;
    let reply = server.send(&ask("/livez", "192.0.2.7")).await;
    assert!(reply.starts_with("HTTP/1.1 429 ") && reply.contains("\"rate-limited\""), "{reply}");
    let reply = server.send(&ask("/livez", "192.0.2.8")).await;
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
}
