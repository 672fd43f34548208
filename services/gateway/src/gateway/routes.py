"""All public routes. Canonical under /v1; the bare paths are exact aliases."""

from fastapi import APIRouter

from gateway import activity_routes, explain_routes, movie_routes, people_routes, ranking_routes, user_routes
from gateway.wiring import PROBLEMS

router = APIRouter(responses=PROBLEMS)
for each in (movie_routes, people_routes, ranking_routes, explain_routes, user_routes, activity_routes):
    router.include_router(each.router)
