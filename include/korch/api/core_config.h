/*
 * ConfigMaps and Secrets: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/core_config.c.
 */
#ifndef KORCH_API_CORE_CONFIG_H
#define KORCH_API_CORE_CONFIG_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_config.h ConfigMaps and Secrets. */

/** Configuration as keys and values. */
typedef struct korch_config_map {
	korch_object object;    /**< kind, metadata, revision */
	int32_t immutable;      /**< Whether the content can never change again */
	korch_map *data;        /**< Text by key */
	korch_map *binary_data; /**< Bytes by key */
} korch_config_map;
/** The table of a korch_config_map. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_type;
/** The kind ConfigMap. @since 0.1 */
extern KORCH_API const korch_kind korch_config_map_kind;

/** Confidential data as keys and values. */
typedef struct korch_secret {
	korch_object object;    /**< kind, metadata, revision */
	int32_t immutable;      /**< Whether the content can never change again */
	korch_map *data;        /**< Bytes by key */
	korch_map *string_data; /**< Text by key, put into data when written */
	const char *type;       /**< What it is for */
} korch_secret;
/** The table of a korch_secret. @since 0.1 */
extern KORCH_API const korch_type korch_secret_type;
/** The kind Secret. @since 0.1 */
extern KORCH_API const korch_kind korch_secret_kind;

KORCH_END_DECLS

#endif
