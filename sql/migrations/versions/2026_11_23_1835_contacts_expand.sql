-- Who is to be reached about a septic system is read and written only by what says that it is for this: the setting
-- `gm.contacts` names the owners, beside the settings for all other rows. No key sets it.
DO $$
DECLARE
    named CONSTANT text := 'owner_id = ANY (string_to_array(current_setting(''gm.contacts'', true), '','')::uuid[])';
    writable CONSTANT text := named
        || ' AND owner_id = ANY (string_to_array(current_setting(''gm.write'', true), '','')::uuid[])';
BEGIN
    EXECUTE format('ALTER POLICY septic_contacts_read ON septic_contacts USING (%s)', named);
    EXECUTE format('ALTER POLICY septic_contacts_insert ON septic_contacts WITH CHECK (%s)', writable);
    EXECUTE format('ALTER POLICY septic_contacts_update ON septic_contacts USING (%s) WITH CHECK (%s)', writable, writable);
    EXECUTE format('ALTER POLICY septic_contacts_delete ON septic_contacts USING (%s)', writable);
END
$$;
