-- The figures of an enacted pack, and of an assessment once made, do not change.
CREATE FUNCTION taxation_enacted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE pack bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.pack_id ELSE OLD.pack_id END;
BEGIN
  IF EXISTS (SELECT FROM taxation_rulepack p WHERE p.id = pack AND p.status <> 'draft') THEN
    RAISE EXCEPTION 'the figures of an enacted rule pack do not change' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER enacted_stays BEFORE INSERT OR UPDATE OR DELETE ON taxation_ruleparameter
  FOR EACH ROW EXECUTE FUNCTION taxation_enacted_stays();

CREATE FUNCTION taxation_assessment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.unit_id, NEW.levy, NEW.pack_id, NEW.total, NEW.base, NEW.currency, NEW.components, NEW.breakdown, NEW.proposed_by_id)
     IS DISTINCT FROM
     (OLD.unit_id, OLD.levy, OLD.pack_id, OLD.total, OLD.base, OLD.currency, OLD.components, OLD.breakdown, OLD.proposed_by_id) THEN
    RAISE EXCEPTION 'the figures of an assessment do not change; make another' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER assessment_stays BEFORE UPDATE ON taxation_assessment
  FOR EACH ROW EXECUTE FUNCTION taxation_assessment_stays();
