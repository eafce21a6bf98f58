/* The page of `korch schedule --html`: the text before and behind its data. Made from page/ at
 * build time. */
#ifndef KORCH_SCHEDULE_PAGE_H
#define KORCH_SCHEDULE_PAGE_H

extern const char page_before[];
extern const char page_after[];

#endif
