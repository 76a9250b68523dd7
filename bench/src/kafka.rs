//! The program with Kafka between the log and the read models: one process answers and publishes,
//! another one keeps the read models from the topic.

use std::time::Duration;

use e2e::broker::Broker;
use e2e::worker::{Role, Worker};

use crate::pace::Paced;
use crate::scene::Scene;
use crate::stand::Stand;

/// The processes that the stand has besides its server.
#[derive(Debug)]
pub(crate) struct Kafka {
    pub(crate) broker: Broker,
    worker: Worker,
}

impl Kafka {
    /// Starts everything and waits until the read models show orders placed since; none without
    /// Kafka.
    pub(crate) async fn start(stand: &mut Stand, scene: &Scene) -> Option<Self> {
        if !Broker::is_installed().await {
            eprintln!("there is no Kafka on this machine: nothing is measured with it");
            return None;
        }
        let broker = Broker::start().await;
        let topic = broker.topic();
        stand.publish(&topic).await;
        let worker = Worker::start(Role::WorkFrom(&topic), &stand.databases);
        warm_up(stand, scene).await;
        Some(Self { broker, worker })
    }

    /// Returns to read models that are kept from the log.
    pub(crate) async fn end(self, stand: &mut Stand) {
        assert!(self.worker.end().await, "it ends when it is asked to");
        stand.restart(std::future::ready(())).await;
    }
}

/// Places orders for a moment and waits until they are shown.
pub(crate) async fn warm_up(stand: &Stand, scene: &Scene) {
    let (address, requests) = (stand.server().address, scene.requests(stand).await);
    Paced::start(address, requests, Duration::from_secs(1)).ended().await;
    stand.settled().await;
}
