//! Servers that forward commands to each other over TLS, and clients that must not pass as servers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use e2e::fresh;
use e2e::process::Process;
use e2e::rig::{Rig, Till};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::authority::Authority;
use crate::peers::{counted, decided_by, forwarded};

const NOT_FORWARDED: &str = "fastops_commands_not_forwarded_total";

/// Starts a server with a certificate of this CA.
async fn peer(rig: &Rig, ca: &Authority) -> (Process, Till) {
    let options = ca.options();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    rig.peer_with(&options).await
}

/// Sends bytes to a listener for servers and reads until it closes the connection.
async fn ask(to: SocketAddr, tls: &Arc<ClientConfig>, bytes: &str) -> io::Result<String> {
    let socket = TcpStream::connect(to).await?;
    let name = ServerName::from(to.ip());
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, socket).await?;
    converse(stream, bytes).await
}

async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    bytes: &str,
) -> io::Result<String> {
    stream.write_all(bytes.as_bytes()).await?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await?;
    Ok(reply)
}

/// A request of the owner as another server would forward it, with additional headers.
fn request(line: &str, till: &Till, headers: &str, body: &str) -> String {
    let (token, key, n) = (till.token(), fresh(), body.len());
    format!(
        "{line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {n}\r\n\
         {headers}\r\n{body}"
    )
}

#[tokio::test]
async fn s61_nodes_with_certificates_of_one_ca_forward_over_tls_and_answer() {
    let (rig, ca) = (Rig::start().await, Authority::new());
    let ((_one, one), (_other, other)) = (peer(&rig, &ca).await, peer(&rig, &ca).await);
    let (decider, sender) = decided_by(&one, &other).await;
    let before = forwarded(sender).await;
    sender.client().post("/v1/orders").json(&rig.order(0)).send().await.expect(201);
    assert_eq!(forwarded(sender).await, before + 1);
    assert_eq!((forwarded(decider).await, counted(sender, NOT_FORWARDED).await), (0, 0));
    // On the public listener, the headers of forwarded commands are not trusted.
    for till in [decider, sender] {
        let forged = till.client().post("/v1/orders").json(&rig.order(0));
        forged.header("fastops-forwarded", "1").send().await.problem(421, "misdirected");
    }
}

#[tokio::test]
async fn s61_a_node_with_a_certificate_of_another_ca_neither_forwards_nor_receives_commands() {
    let (rig, ca, another) = (Rig::start().await, Authority::new(), Authority::new());
    let ((one_process, one), (other_process, other)) =
        (peer(&rig, &ca).await, peer(&rig, &another).await);
    for till in [&one, &other] {
        for n in 0..2 {
            till.client().post("/v1/orders").json(&rig.order(n)).send().await.expect(201);
        }
    }
    assert_eq!((forwarded(&one).await, forwarded(&other).await), (0, 0));
    // The server that did not decide tried to forward to the one that did.
    let tried = [counted(&one, NOT_FORWARDED).await, counted(&other, NOT_FORWARDED).await];
    assert!(tried.into_iter().any(|n| n > 0), "{tried:?}");
    let called = if tried[0] > 0 { &other_process } else { &one_process };
    called.log_with("no other node, and not let in").await;
}

#[tokio::test]
async fn s61_between_nodes_nothing_but_commands_passes_and_only_with_a_certificate() {
    let (rig, ca) = (Rig::start().await, Authority::new());
    let (process, till) = peer(&rig, &ca).await;
    let to = process.peer_address();
    let forwarded = "fastops-forwarded: 1\r\n";
    let order = rig.order(0).to_string();
    let command = || request("POST /v1/orders", &till, forwarded, &order);
    let foreign = Authority::new().certify();
    for shows in [None, Some(&foreign)] {
        let refused = ask(to, &ca.client(shows), &command()).await;
        assert!(refused.is_err(), "{refused:?}");
    }
    let in_the_clear = converse(TcpStream::connect(to).await.unwrap(), &command()).await;
    assert!(
        !in_the_clear.unwrap_or_default().contains("HTTP/"),
        "the listener answers only over TLS"
    );
    let node = ca.client(Some(&ca.certify()));
    for (line, headers) in [
        ("GET /livez", forwarded),
        ("GET /readyz", forwarded),
        ("GET /docs", forwarded),
        ("GET /openapi.json", forwarded),
        ("GET /v1/orders", forwarded),
        ("POST /v1/orders/price", forwarded),
        ("POST /v1/auth/login", forwarded),
        ("PUT /v1/auth/password", forwarded),
        ("POST /v1/operator/companies", forwarded),
        ("POST /v1/nothing", forwarded),
        ("POST /v1/orders", ""),
    ] {
        let body = if line.starts_with("GET ") { "" } else { &*order };
        let reply = ask(to, &node, &request(line, &till, headers, body)).await.unwrap();
        assert!(reply.starts_with("HTTP/1.1 421 "), "{line}: {reply}");
        assert!(reply.contains("\"misdirected\""), "{line}: {reply}");
    }
    let placed = ask(to, &node, &command()).await.unwrap();
    assert!(placed.starts_with("HTTP/1.1 201 "), "{placed}");
}
