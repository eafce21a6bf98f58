/*
 * Events: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_event.c.
 */
#ifndef KORCH_API_CORE_EVENT_H
#define KORCH_API_CORE_EVENT_H

#include <korch/api/core_reference.h>
#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_event.h Events. */

/** EventSource. */
typedef struct korch_event_source {
	KORCH_STRUCT_HEAD
	const char *component; /**< component */
	const char *host;      /**< host */
} korch_event_source;
/** The table of a korch_event_source. @since 0.1 */
extern KORCH_API const korch_type korch_event_source_type;

/** EventSeries. */
typedef struct korch_event_series {
	KORCH_STRUCT_HEAD
	int32_t count;              /**< count */
	int64_t last_observed_time; /**< lastObservedTime, microseconds since 1970 */
} korch_event_series;
/** The table of a korch_event_series. @since 0.1 */
extern KORCH_API const korch_type korch_event_series_type;

/** Event. */
typedef struct korch_event {
	korch_object object;                     /**< kind, metadata, revision */
	korch_object_reference *involved_object; /**< involvedObject */
	const char *reason;                      /**< reason */
	const char *message;                     /**< message */
	korch_event_source *source;              /**< source */
	int64_t first_timestamp;                 /**< firstTimestamp, microseconds since 1970 */
	int64_t last_timestamp;                  /**< lastTimestamp, microseconds since 1970 */
	int32_t count;                           /**< count */
	const char *type;                        /**< type */
	int64_t event_time;                      /**< eventTime, microseconds since 1970 */
	korch_event_series *series;              /**< series */
	const char *action;                      /**< action */
	korch_object_reference *related;         /**< related */
	const char *reporting_component;         /**< reportingComponent */
	const char *reporting_instance;          /**< reportingInstance */
} korch_event;
/** The table of a korch_event. @since 0.1 */
extern KORCH_API const korch_type korch_event_type;
/** The kind Event. @since 0.1 */
extern KORCH_API const korch_kind korch_event_kind;

KORCH_END_DECLS

#endif
