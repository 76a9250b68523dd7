-- What products and categories have besides names, variants and positions. The defaults are what those have that
-- were added before, so no row has to be made again.
ALTER TABLE categories ADD COLUMN is_active boolean NOT NULL DEFAULT true;

ALTER TABLE products
    ADD COLUMN is_active boolean NOT NULL DEFAULT true,
    ADD COLUMN place bigint NOT NULL DEFAULT 0,
    -- What a combo is made of, as in the event; null for an item.
    ADD COLUMN combo jsonb,
    -- The modifier groups in the order of the menu, as in the event.
    ADD COLUMN groups jsonb NOT NULL DEFAULT '[]',
    -- Ids of stations by those of branches.
    ADD COLUMN stations jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN tax_class text,
    ADD COLUMN preparation_minutes bigint,
    -- Descriptions and search words by language, as in the event.
    ADD COLUMN texts jsonb NOT NULL DEFAULT '{}',
    -- What is declared of allergens and diets, as in the event.
    ADD COLUMN marks jsonb NOT NULL DEFAULT '{}';
CREATE INDEX products_by_place ON products (tenant_id, category_id, place, name, product_id);

ALTER TABLE stock_items
    -- What is declared of allergens and diets, as in the event.
    ADD COLUMN marks jsonb NOT NULL DEFAULT '{}';

-- A text as people search for it: without case, and without the accents of the languages of the Americas.
CREATE FUNCTION searchable(text text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN translate(lower(text), 'áàâãäéèêëíìîïóòôõöúùûüñç', 'aaaaaeeeeiiiiooooouuuunc');
