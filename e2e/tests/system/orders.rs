//! The rules of an order, and conflicting changes of it.

use e2e::menu::{SMALL, cash};
use e2e::{Menu, System, figure, fresh, rounds};
use serde_json::json;

#[tokio::test]
async fn f07_two_terminals_edit_one_order() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let pairs = 20 * rounds(1);
    let mut confirmed = 0;
    for pair in 0..pairs {
        let order = menu.place(&client).await.id();
        let confirm = client.post(&format!("/v1/orders/{order}/confirm")).if_match(1).send();
        let cancel = client.post(&format!("/v1/orders/{order}/cancel")).if_match(1);
        let cancel = cancel.json(&json!({"reason": "guest_request"})).send();
        // Either request may be sent first.
        let (confirm, cancel) = if pair % 2 == 0 {
            tokio::join!(confirm, cancel)
        } else {
            let (cancel, confirm) = tokio::join!(cancel, confirm);
            (confirm, cancel)
        };
        let (won, lost, status) = if confirm.status == 200 {
            confirmed += 1;
            (confirm, cancel, "order.confirmed")
        } else {
            (cancel, confirm, "order.cancelled")
        };
        assert_eq!((won.expect(200)["revision"].as_u64(), won.revision()), (Some(2), 2));
        let problem = lost.problem(412, "version-conflict");
        assert!(problem["detail"].as_str().unwrap().contains("\"2\""), "{problem}");
        let history = system.history(order).await;
        assert_eq!(history, ["order.placed", status]);
    }
    // Reading the log also checks that no stream has a gap.
    let log = system.log().await;
    let changed = log.count("order.confirmed") + log.count("order.cancelled");
    assert_eq!((log.count("order.placed"), changed), (pairs as usize, pairs as usize));
    let cancelled = pairs - confirmed;
    let text =
        format!("{pairs} pairs, 0 lost updates ({confirmed} confirmed, {cancelled} cancelled)");
    figure("F07", &text);
}

#[tokio::test]
async fn s31_pay_twice_at_once() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let tries = 5 * rounds(1);
    for _ in 0..tries {
        let order = menu.place(&client).await.id();
        let path = format!("/v1/orders/{order}/payments");
        let pay = || client.post(&path).json(&cash(SMALL, SMALL)).send();
        let (one, two, three) = tokio::join!(pay(), pay(), pay());
        let (paid, refused): (Vec<_>, Vec<_>) =
            [one, two, three].into_iter().partition(|answer| answer.status == 201);
        assert_eq!(paid.len(), 1, "{paid:?}");
        for answer in refused {
            let problem = answer.problem(409, "invalid-transition");
            assert!(problem["detail"].as_str().unwrap().contains("0.00 COP"), "{problem}");
        }
    }
    assert_eq!(system.log().await.count("order.payment_taken"), tries as usize);
    figure("S31", &format!("{tries} × 3 payments at once, {tries} taken"));
}

#[tokio::test]
async fn s31_a_cancelled_order_takes_no_payment_and_no_step() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await.id();
    let cancel = client.post(&format!("/v1/orders/{order}/cancel")).if_match(1);
    cancel.json(&json!({"reason": "no_show"})).send().await.expect(200);
    let before = system.log().await;
    let pay = client.post(&format!("/v1/orders/{order}/payments")).json(&cash(SMALL, SMALL));
    let answer = pay.header("accept-language", "en").send().await;
    let problem = answer.problem(409, "invalid-transition");
    assert!(problem["detail"].as_str().unwrap().contains("cancelled"), "{problem}");
    for step in ["confirm", "start", "ready", "deliver"] {
        let path = format!("/v1/orders/{order}/{step}");
        client.post(&path).send().await.problem(409, "invalid-transition");
    }
    assert_eq!(system.log().await, before);
}

#[tokio::test]
async fn s31_a_step_that_is_skipped_is_refused_with_the_legal_ones() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await.id();
    let path = |step: &str| format!("/v1/orders/{order}/{step}");
    let life = [
        ("pending", "confirm", "confirmed, cancelled"),
        ("confirmed", "start", "preparing, cancelled"),
        ("preparing", "ready", "ready, cancelled"),
        ("ready", "deliver", "delivered, cancelled"),
    ];
    for (from, legal_step, legal) in life {
        for step in ["confirm", "start", "ready", "deliver"] {
            if step == legal_step {
                continue;
            }
            let answer = client.post(&path(step)).header("accept-language", "en").send().await;
            let problem = answer.problem(409, "invalid-transition");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.starts_with(&format!("The order is {from} and cannot")), "{detail}");
            assert!(detail.ends_with(&format!("It can become: {legal}.")), "{detail}");
        }
        client.post(&path(legal_step)).send().await.expect(200);
    }
    let key = fresh();
    let answer = client.post(&path("deliver")).key(key).send().await;
    let problem = answer.problem(409, "invalid-transition");
    assert!(problem["detail"].as_str().unwrap().contains("Puede pasar a: —."), "{problem}");
}

#[tokio::test]
async fn an_order_with_payments_is_not_cancelled_and_none_is_paid_too_much() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await.id();
    let path = format!("/v1/orders/{order}/payments");
    let pay = |amount, tendered| client.post(&path).json(&cash(amount, tendered)).send();
    pay(SMALL + 1, SMALL + 1).await.problem(409, "payment-exceeds");
    pay(SMALL, SMALL - 1).await.problem(422, "validation");
    let half = pay(SMALL / 2, SMALL).await;
    assert_eq!(half.expect(201)["balance"]["amount"], SMALL / 2);
    let cancel = client.post(&format!("/v1/orders/{order}/cancel")).if_match(2);
    let cancelled = cancel.json(&json!({"reason": "mistake"})).send().await;
    cancelled.problem(409, "invalid-transition");
    pay(SMALL, SMALL).await.problem(409, "payment-exceeds");
    assert_eq!(pay(SMALL / 2, SMALL).await.expect(201)["balance"]["amount"], 0);
}
