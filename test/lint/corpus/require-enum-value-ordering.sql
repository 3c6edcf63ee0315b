--- unsafe: no place
ALTER TYPE order_status ADD VALUE 'returned';

--- unsafe: if it is not there
ALTER TYPE public.order_status ADD VALUE IF NOT EXISTS 'lost';

--- safe: behind another
ALTER TYPE order_status ADD VALUE 'returned' AFTER 'shipped';

--- safe: before another
ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'packed' BEFORE 'shipped';
