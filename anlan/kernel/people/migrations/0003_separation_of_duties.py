"""What no code path may get round: nobody appoints himself, an administrator holds no post.

GB/T 22239-2019 8.1.4.2: the three administrators exclude one another and see no business data.
"""

from django.db import migrations

FORWARDS = """
ALTER TABLE people_postholding ADD CONSTRAINT people_holding_not_by_oneself
    CHECK (appointed_by <> 'user:' || user_id);
ALTER TABLE people_postholding ADD CONSTRAINT people_holding_period
    CHECK (held_to IS NULL OR held_to >= held_from);
ALTER TABLE people_user ADD CONSTRAINT people_user_administrator
    CHECK (administrator IN ('', 'system', 'security', 'audit'));
ALTER TABLE people_dutyshift ADD CONSTRAINT people_dutyshift_period CHECK (ends_at > starts_at);
ALTER TABLE people_dutyshift ADD CONSTRAINT people_dutyshift_once EXCLUDE USING gist (
    user_id WITH =, post_id WITH =, coalesce(exercise_id, '') WITH =,
    tstzrange(starts_at, ends_at) WITH &&);

CREATE FUNCTION people_administrator_holds_no_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- the share lock makes a change of the account wait until this appointment is committed
  PERFORM 1 FROM people_user WHERE id = NEW.user_id AND administrator <> '' FOR SHARE;
  IF FOUND AND (NEW.held_to IS NULL OR NEW.held_to > now()) THEN
    RAISE EXCEPTION 'an administrator holds no business post'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'people_administrator_holds_no_post';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_administrator_holds_no_post BEFORE INSERT OR UPDATE ON people_postholding
    FOR EACH ROW EXECUTE FUNCTION people_administrator_holds_no_post();

CREATE FUNCTION people_administrators_exclude() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.administrator <> '' AND NEW.administrator <> '' THEN
    RAISE EXCEPTION 'one person is not two administrators'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'people_administrators_exclude';
  END IF;
  IF NEW.administrator <> '' AND EXISTS (
      SELECT 1 FROM people_postholding
      WHERE user_id = NEW.id AND (held_to IS NULL OR held_to > now())) THEN
    RAISE EXCEPTION 'somebody who holds a post is no administrator'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'people_administrators_exclude';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_administrators_exclude BEFORE UPDATE OF administrator ON people_user
    FOR EACH ROW WHEN (OLD.administrator IS DISTINCT FROM NEW.administrator)
    EXECUTE FUNCTION people_administrators_exclude();
"""
BACKWARDS = """
DROP TRIGGER people_administrators_exclude ON people_user;
DROP FUNCTION people_administrators_exclude();
DROP TRIGGER people_administrator_holds_no_post ON people_postholding;
DROP FUNCTION people_administrator_holds_no_post();
ALTER TABLE people_dutyshift DROP CONSTRAINT people_dutyshift_once;
ALTER TABLE people_dutyshift DROP CONSTRAINT people_dutyshift_period;
ALTER TABLE people_user DROP CONSTRAINT people_user_administrator;
ALTER TABLE people_postholding DROP CONSTRAINT people_holding_period;
ALTER TABLE people_postholding DROP CONSTRAINT people_holding_not_by_oneself;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_passwords_and_session_epoch")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
