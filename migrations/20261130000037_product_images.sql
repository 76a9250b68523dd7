-- The image of a product, as in the event; null where it has none. Its files are in the store of images.
ALTER TABLE products ADD COLUMN image jsonb;
