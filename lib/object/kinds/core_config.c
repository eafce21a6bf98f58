/*
 * ConfigMaps and Secrets: the tables of the structs in <korch/api/core_config.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_config.h>

#define S korch_config_map
static const korch_field config_map_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    BOOL(immutable, "immutable", 4, POINTER, "Whether the content can never change again"),
    MAP_STRING(data, "data", 2, 0, "Text by key", .format = KORCH_FORMAT_CONFIG_KEY),
    MAP_BYTES(binary_data, "binaryData", 3, 0, "Bytes by key", .format = KORCH_FORMAT_CONFIG_KEY),
};
const korch_type korch_config_map_type = TYPE(
    "ConfigMap", config_map_fields, "Configuration as keys and values",
    .validate = korch__config_map_validate, .validate_update = korch__config_map_validate_update);
#undef S

#define S korch_secret
static const korch_field secret_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    BOOL(immutable, "immutable", 5, POINTER, "Whether the content can never change again"),
    MAP_BYTES(data, "data", 2, 0, "Bytes by key", .format = KORCH_FORMAT_CONFIG_KEY),
    MAP_STRING(string_data, "stringData", 4, 0, "Text by key, put into data when written",
               .format = KORCH_FORMAT_CONFIG_KEY),
    STRING(type, "type", 3, IMMUTABLE, "What it is for", .default_json = "\"Opaque\""),
};
const korch_type korch_secret_type =
    TYPE("Secret", secret_fields, "Confidential data as keys and values",
         .set_defaults = korch__secret_set_defaults, .validate = korch__secret_validate,
         .validate_update = korch__secret_validate_update);
#undef S
