use chrono::TimeDelta;
use tempfile::TempDir;

use super::*;

fn name(width: u16) -> FileName {
    format!("{}-{width}.jpg", "ab".repeat(16)).parse().unwrap()
}

/// Files in a folder and in memory.
fn stores() -> (Vec<ImageStore>, TempDir) {
    let folder = TempDir::new().unwrap();
    let place = Files::Folder(folder.path().join("made/here"));
    (vec![ImageStore::in_memory(), ImageStore::open(&place).unwrap()], folder)
}

#[tokio::test]
async fn a_folder_is_not_made_before_a_file_is_written() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("images");
    let store = ImageStore::in_folder(path.clone());
    assert_eq!(store.get(&name(200)).await.unwrap(), None);
    assert_eq!(store.written(&name(200)).await.unwrap(), None);
    assert_eq!(store.written_before(DateTime::<Utc>::MAX_UTC).await.unwrap(), []);
    store.delete(&name(200)).await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn files_are_written_read_listed_and_deleted() {
    let (stores, _folder) = stores();
    for store in stores {
        let file = |width: u16, text: &'static str| (name(width).to_string(), Bytes::from(text));
        store.put(vec![file(200, "small"), file(600, "medium")]).await.unwrap();
        assert_eq!(store.get(&name(200)).await.unwrap(), Some(Bytes::from("small")));
        assert_eq!(store.get(&name(1_200)).await.unwrap(), None);
        let written = store.written(&name(600)).await.unwrap().unwrap();
        assert_eq!(store.written(&name(1_200)).await.unwrap(), None);
        let later = written + TimeDelta::days(1);
        assert_eq!(store.written_before(later).await.unwrap().len(), 2);
        let earlier = written - TimeDelta::days(1);
        assert_eq!(store.written_before(earlier).await.unwrap(), []);
        store.delete(&name(200)).await.unwrap();
        store.delete(&name(200)).await.unwrap();
        assert_eq!(store.get(&name(200)).await.unwrap(), None);
        store.probe().await.unwrap();
        let left = store.written_before(later).await.unwrap();
        assert_eq!(left.into_iter().map(|file| file.name).collect::<Vec<_>>(), [name(600)]);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_reported() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let store = ImageStore::in_folder(file.join("below"));
    let refused = store.probe().await;
    assert!(matches!(refused, Err(StoreError::Folder { .. })), "{refused:?}");
}
