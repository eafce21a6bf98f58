/*
 * Events: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/core_event.c.
 */
#ifndef KORCH_API_CORE_EVENT_H
#define KORCH_API_CORE_EVENT_H

#include <korch/api/core_reference.h>
#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_event.h Events. */

/** Who reports an event. */
typedef struct korch_event_source {
	KORCH_STRUCT_HEAD
	const char *component; /**< Program */
	const char *host;      /**< Node that it runs on */
} korch_event_source;
/** The table of a korch_event_source. @since 0.1 */
extern KORCH_API const korch_type korch_event_source_type;

/** An event that goes on. */
typedef struct korch_event_series {
	KORCH_STRUCT_HEAD
	int32_t count;              /**< How often it happened */
	int64_t last_observed_time; /**< When it happened last, microseconds since 1970 */
} korch_event_series;
/** The table of a korch_event_series. @since 0.1 */
extern KORCH_API const korch_type korch_event_series_type;

/** Something that happened to an object. */
typedef struct korch_event {
	korch_object object;                     /**< kind, metadata, revision */
	korch_object_reference *involved_object; /**< What it happened to */
	const char *reason;                      /**< One word for machines, why */
	const char *message;                     /**< A sentence for people */
	korch_event_source *source;              /**< Who reports it */
	int64_t first_timestamp;                 /**< When it happened first, microseconds since 1970 */
	int64_t last_timestamp;                  /**< When it happened last, microseconds since 1970 */
	int32_t count;                           /**< How often it happened */
	const char *type;                        /**< Normal or Warning */
	/** When it happened, in microseconds, microseconds since 1970 */
	int64_t event_time;
	korch_event_series *series;      /**< How it goes on */
	const char *action;              /**< What was done about it */
	korch_object_reference *related; /**< A second object that takes part */
	const char *reporting_component; /**< Controller that reports it */
	const char *reporting_instance;  /**< Which instance of the controller */
} korch_event;
/** The table of a korch_event. @since 0.1 */
extern KORCH_API const korch_type korch_event_type;
/** The kind Event. @since 0.1 */
extern KORCH_API const korch_kind korch_event_kind;

KORCH_END_DECLS

#endif
