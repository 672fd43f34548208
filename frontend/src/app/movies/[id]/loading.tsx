export { MovieSkeleton as default } from "@/components/movies/movie-skeleton";
