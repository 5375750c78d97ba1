CREATE TABLE access_code (
  access_code_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  name TEXT,
  device_name TEXT NOT NULL,
  pin TEXT,
  common_code_key TEXT,
  want TEXT NOT NULL,
  progress TEXT NOT NULL,
  created_at_us BIGINT NOT NULL,
  starts_at_us BIGINT,
  ends_at_us BIGINT,
  load_at_us BIGINT,
  slot INTEGER,
  sends INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  retry_at_us BIGINT,
  was_set BOOLEAN NOT NULL,
  external_modification_allowed BOOLEAN NOT NULL,
  errors TEXT NOT NULL,
  warnings TEXT NOT NULL,
  old_pins TEXT NOT NULL,
  mutations TEXT NOT NULL,
  kind TEXT NOT NULL,
  is_native BOOLEAN NOT NULL,
  was_scheduled BOOLEAN NOT NULL,
  is_one_time_use BOOLEAN NOT NULL,
  uses_backup_pool BOOLEAN NOT NULL,
  pulled_backup_id TEXT,
  PRIMARY KEY (access_code_id),
  CONSTRAINT ck_access_code_was_set CHECK (was_set IN (0, 1)),
  CONSTRAINT ck_access_code_external_modification_allowed CHECK (external_modification_allowed IN (0, 1)),
  CONSTRAINT ck_access_code_is_native CHECK (is_native IN (0, 1)),
  CONSTRAINT ck_access_code_was_scheduled CHECK (was_scheduled IN (0, 1)),
  CONSTRAINT ck_access_code_is_one_time_use CHECK (is_one_time_use IN (0, 1)),
  CONSTRAINT ck_access_code_uses_backup_pool CHECK (uses_backup_pool IN (0, 1))
);
CREATE TABLE access_group (
  group_id TEXT NOT NULL,
  state TEXT NOT NULL,
  behavior TEXT NOT NULL,
  created_at_us BIGINT NOT NULL,
  common_code_key TEXT,
  PRIMARY KEY (group_id)
);
CREATE TABLE action_attempt (
  action_attempt_id TEXT NOT NULL,
  action_type TEXT NOT NULL,
  status TEXT NOT NULL,
  access_code_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  created_at_us BIGINT NOT NULL,
  error_type TEXT,
  error_message TEXT,
  PRIMARY KEY (action_attempt_id)
);
CREATE TABLE device (
  device_id TEXT NOT NULL,
  name TEXT NOT NULL,
  lock_id TEXT NOT NULL,
  hub TEXT NOT NULL,
  host TEXT NOT NULL,
  host_address TEXT NOT NULL,
  profile TEXT NOT NULL,
  facts TEXT NOT NULL,
  time_zone TEXT,
  created_at_us BIGINT NOT NULL,
  incarnation TEXT,
  slots INTEGER,
  code_length INTEGER,
  offline_secret TEXT,
  PRIMARY KEY (device_id)
);
CREATE TABLE event (
  sequence INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  occurred_at_us BIGINT NOT NULL,
  device_id TEXT NOT NULL,
  access_code_id TEXT,
  code TEXT,
  errors TEXT NOT NULL,
  warnings TEXT NOT NULL,
  old_code TEXT,
  mutations TEXT NOT NULL,
  backup_access_code_id TEXT,
  PRIMARY KEY (sequence),
  UNIQUE (event_id)
);
CREATE TABLE meta (
  "row" INTEGER NOT NULL CONSTRAINT ck_meta_ CHECK ("row" = 1),
  application TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  epoch BIGINT NOT NULL,
  PRIMARY KEY ("row")
);
CREATE TABLE remnant (
  remnant_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  pin TEXT NOT NULL,
  slot INTEGER,
  sent_at_us BIGINT NOT NULL,
  ours_until_us BIGINT NOT NULL,
  until_us BIGINT NOT NULL,
  is_cleared BOOLEAN NOT NULL,
  may_be_anywhere BOOLEAN NOT NULL,
  PRIMARY KEY (remnant_id),
  CONSTRAINT ck_remnant_is_cleared CHECK (is_cleared IN (0, 1)),
  CONSTRAINT ck_remnant_may_be_anywhere CHECK (may_be_anywhere IN (0, 1))
);
CREATE TABLE stored_answer (
  request_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  created_at_us BIGINT NOT NULL,
  kind TEXT NOT NULL,
  "view" TEXT NOT NULL,
  PRIMARY KEY (request_id)
);
CREATE TABLE unmanaged_code (
  access_code_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  slot INTEGER NOT NULL,
  pin TEXT,
  first_seen_at_us BIGINT NOT NULL,
  PRIMARY KEY (access_code_id)
);
