//! Users of a company: invited, joined and signed in.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Answer, Client, id_in};
use crate::menu::branch;
use crate::system::{PASSWORD, System};

/// A session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user.
    pub user: Uuid,
    /// The refresh token.
    pub refresh_token: String,
    /// A client with the access token.
    pub client: Client,
}

impl System {
    /// Invites a user with these roles and branches, accepts the invitation with [`PASSWORD`] and
    /// [`PIN`], and returns the user's id.
    pub async fn joined(
        &self,
        by: &Client,
        email: &str,
        roles: &[Uuid],
        branches: &[Uuid],
    ) -> Uuid {
        let body =
            json!({"name": "Luz Marina", "email": email, "roles": roles, "branches": branches});
        self.joined_as(by, email, &body).await
    }

    /// The same for a user of all branches.
    pub async fn joined_everywhere(&self, by: &Client, email: &str, roles: &[Uuid]) -> Uuid {
        let body =
            json!({"name": "Luz Marina", "email": email, "roles": roles, "all_branches": true});
        self.joined_as(by, email, &body).await
    }

    async fn joined_as(&self, by: &Client, email: &str, body: &Value) -> Uuid {
        let emails = &self.site.emails;
        let before = emails.count(email);
        let invited = by.post("/v1/users").json(body).send().await;
        invited.expect(201);
        let token = emails.nth_token(email, before + 1).await;
        let body = json!({"token": token, "password": PASSWORD, "pin": PIN});
        let joined = self.visitor().post("/v1/auth/join").no_key().json(&body).send().await;
        joined.expect(200);
        invited.id()
    }

    /// Signs in a user of the first company.
    pub async fn signed_in(&self, email: &str) -> SignedIn {
        let body = json!({"email": email, "password": PASSWORD, "tenant": self.company.slug});
        self.session(&self.login(&body).await)
    }

    /// Sends a sign-in with a password.
    pub async fn login(&self, body: &Value) -> Answer {
        self.visitor().post("/v1/auth/login").no_key().json(body).send().await
    }

    /// Sends a sign-in with [`PIN`] on a till.
    pub async fn pin(&self, device_token: &str, user: Uuid) -> Answer {
        let body = json!({"device_token": device_token, "user_id": user, "pin": PIN});
        self.visitor().post("/v1/auth/pin").no_key().json(&body).send().await
    }

    /// Sends a refresh token.
    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        let body = json!({"refresh_token": refresh_token});
        self.visitor().post("/v1/auth/refresh").no_key().json(&body).send().await
    }

    /// Reads the session from the answer to a sign-in.
    pub fn session(&self, answer: &Answer) -> SignedIn {
        let body = answer.expect(200);
        let text = |name: &str| body[name].as_str().expect("it is a string").to_owned();
        SignedIn {
            user: id_in(body, "/user_id"),
            refresh_token: text("refresh_token"),
            client: self.visitor().with_token(&text("access_token")),
        }
    }
}

/// Opens a branch and enrols a till; returns the till's token and the branch.
pub async fn enrolled(by: &Client, name: &str) -> (String, Uuid) {
    let opened = by.post("/v1/branches").json(&branch(name)).send().await;
    let branch = id_in(opened.expect(201), "/branch/id");
    let body = json!({"name": "Caja 1", "branch_id": branch});
    let enrolled = by.post("/v1/devices").json(&body).send().await;
    let token = enrolled.expect(201)["device_token"].as_str().expect("a token is a string");
    (token.to_owned(), branch)
}

/// The PIN of every user who joins.
pub const PIN: &str = "2468";
