/*
 * ConfigMaps and Secrets: the tables of the structs in <korch/api/core_config.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_config.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field config_map_fields[] = {
	STRUCT(korch_config_map, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	BOOL(korch_config_map, immutable, "immutable", 4, 0, "immutable"),
	MAP_STRING(korch_config_map, data, "data", 2, 0, "data"),
	MAP_BYTES(korch_config_map, binary_data, "binaryData", 3, 0, "binaryData"),
};
const korch_type korch_config_map_type = TYPE("ConfigMap", korch_config_map, config_map_fields, "ConfigMap");

static const korch_field secret_fields[] = {
	STRUCT(korch_secret, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	BOOL(korch_secret, immutable, "immutable", 5, 0, "immutable"),
	MAP_BYTES(korch_secret, data, "data", 2, 0, "data"),
	MAP_STRING(korch_secret, string_data, "stringData", 4, 0, "stringData"),
	STRING(korch_secret, type, "type", 3, 0, "type"),
};
const korch_type korch_secret_type = TYPE("Secret", korch_secret, secret_fields, "Secret");
