/*
 * The library's log: lines for people, handed to a function of the host program. Nothing is
 * printed by the library itself. What programs should react to comes as return codes, events and
 * metrics, never as a log line.
 */
#ifndef KORCH_LOG_H
#define KORCH_LOG_H

#include <korch/error.h>

KORCH_BEGIN_DECLS

/** @file log.h Log lines for the host program. */

/** How important a line is; smaller is more important. */
typedef enum korch_log_level {
	KORCH_LOG_NONE = 0,    /**< no lines at all */
	KORCH_LOG_ERROR = 1,   /**< something failed and will not be tried again */
	KORCH_LOG_WARNING = 2, /**< something failed and will be tried again, or looks wrong */
	KORCH_LOG_INFO = 3,    /**< starts, stops, elections: a few lines an hour */
	KORCH_LOG_DEBUG = 4    /**< every step */
} korch_log_level;

/**
 * Receives one line. Called from whatever thread the library works on, from several at once when
 * there are several clusters; must not call korch_log_set().
 * @param userdata as given to korch_log_set().
 * @param level a korch_log_level, never KORCH_LOG_NONE.
 * @param area part of the library, e.g. "store"; static.
 * @param message one line without a line end, at most 1023 bytes (longer ones are cut); valid
 *        during the call.
 */
typedef void (*korch_log_fn)(void *userdata, int level, const char *area, const char *message);

/**
 * Sets the function that receives the log lines of the whole process, in place of the one before.
 * Any thread.
 * @param level the least important level that is wanted; lines below cost nothing.
 * @param fn the function; NULL (or level KORCH_LOG_NONE) turns logging off, which is how it starts.
 * @param userdata handed to fn.
 * @param destroy called once with userdata when no call of fn can come any more, also when setting
 *        failed; may be NULL. It may run on another thread, after that thread's last call of fn.
 * @return 0, KORCH_E_INVALID for an unknown level, KORCH_E_NOMEM (what was set before stays).
 * @since 0.1
 */
KORCH_API int korch_log_set(int level, korch_log_fn fn, void *userdata,
                            void (*destroy)(void *userdata));

/** Name of a level ("error", "warning", "info", "debug"), "none" for anything else. @since 0.1 */
KORCH_API const char *korch_log_level_name(int level);

KORCH_END_DECLS

#endif
