export { FormSkeleton as default } from "../../components/page-skeletons.tsx";
