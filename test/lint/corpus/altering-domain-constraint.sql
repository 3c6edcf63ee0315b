--- given
ALTER DOMAIN email_address ADD CONSTRAINT email_address_known CHECK (VALUE LIKE '%_@_%') NOT VALID;
--- unsafe: every column of the domain is checked
ALTER DOMAIN email_address ADD CONSTRAINT email_address_form CHECK (VALUE LIKE '%@%');
--- unsafe: without a name
ALTER DOMAIN public.email_address ADD CHECK (length(VALUE) < 255);
--- unsafe: NOT NULL
ALTER DOMAIN email_address SET NOT NULL;
--- safe: not for what is there
ALTER DOMAIN email_address ADD CONSTRAINT email_address_form CHECK (VALUE LIKE '%@%') NOT VALID;
--- safe: a default looks at no table
ALTER DOMAIN email_address SET DEFAULT 'nobody@example.com';
